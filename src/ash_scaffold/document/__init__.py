"""The schema document: the database, the code that uses it, and the progress of the move to Ash."""
