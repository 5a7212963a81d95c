"""Elixir source: parsed trees with byte ranges, and data written as literals."""
