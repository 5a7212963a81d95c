"""The catalog of an existing PostgreSQL database as structs, and the sources it is read from."""
