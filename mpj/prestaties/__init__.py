"""What output comes to: pieces, weeks, months and trajects, from what happened (`start`, `einde`, `mijlpaal`, `stuk`).

Pure rules on dates, percents and whole eurocents; they know nothing of contracts, toewijzingen or files (docs/producten.md).
"""
