"""What must not happen while old and new code share the tables."""
