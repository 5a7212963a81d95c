"""The state of machine, project and database, as generated resources need it."""
