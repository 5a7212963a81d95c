"""Actions that are made of changeset functions of the legacy code."""
