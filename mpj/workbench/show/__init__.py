"""A tariff matrix as people read it: on the screen, as CSV, as a workbook and as a page."""
