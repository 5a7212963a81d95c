"""Says whether machine, project and database are fit for the generated resources."""
