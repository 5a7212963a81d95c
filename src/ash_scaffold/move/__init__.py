"""The move of an application to Ash: what each table still needs, and in which order they go."""
