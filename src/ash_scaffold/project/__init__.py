"""The user's mix project on disk: its sources and settings, its snapshots, and writing to it."""
