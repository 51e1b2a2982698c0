"""The API as a program sees it: its door, its errors, its values."""
