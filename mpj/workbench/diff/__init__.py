"""Two tariff matrices compared cell by cell, and what that does to the level that is billed."""
