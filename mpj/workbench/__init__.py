"""The tariff workbench, a folder per tool: check, show, diff, reprice, index, buildup, convert and importing.

Works on checked contracts and on the lines of a run; every outcome is about cells or groups, never about one client. In each folder
`report` says what people see. The modules are imported by name, so that a command loads no more than it needs.
"""
