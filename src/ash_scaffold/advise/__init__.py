"""What to change once a table is Ash's: what nothing uses, what is missing, which indexes."""
