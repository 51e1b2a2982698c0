"""Both sides of an invented region, played through months."""
