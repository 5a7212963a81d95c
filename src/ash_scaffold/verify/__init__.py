"""Asks the compiled resources of a mix project what they say, and holds it against PostgreSQL."""
