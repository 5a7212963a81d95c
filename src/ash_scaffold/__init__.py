"""Ash resources for the PostgreSQL tables you already have."""

__version__ = "0.1.0"
