"""The tariff workbench: check, show, compare, index, reprice, read in, build up and convert a tariff matrix.

Works on checked contracts and on the lines of a run; every outcome is about cells or groups, never about one client. The
modules are imported by name, so that a command loads no more than it needs.
"""
