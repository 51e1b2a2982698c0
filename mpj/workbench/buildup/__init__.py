"""A fair price built up from costs, every step to be seen."""
