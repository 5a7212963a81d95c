"""The user's mix project on disk: what it says, what was generated before, and writing to it."""
