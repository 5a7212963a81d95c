"""What an existing PostgreSQL database holds: where it comes from, and its catalog as structs."""
