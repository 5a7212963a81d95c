"""The legacy Ecto code of the project, read as hints."""
