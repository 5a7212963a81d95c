"""The legacy Ecto code, read as hints: what its schemas say, and who uses their tables."""
