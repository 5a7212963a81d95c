"""The schema document: what the database holds, who uses it, and how far the move to Ash is."""
