"""What a tool has to say, and every form it is shown in.

A tool makes a `report.Report` of facts, tables, figures and sentences; `terminal`, `csv`, `xlsx` and `html` each render it
once. How a number or a date is written in Dutch stands in `words`. Knows no tool.
"""
