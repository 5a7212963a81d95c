"""Elixir modules as text: rendering and formatting."""
