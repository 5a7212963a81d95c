"""The legacy Ecto code: its schemas as hints for planning, and the users of their tables."""
