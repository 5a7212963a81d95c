"""Ash resources as values, and the decisions that turn a catalog into them."""
