"""A workbook with a published matrix read into a contract folder."""
