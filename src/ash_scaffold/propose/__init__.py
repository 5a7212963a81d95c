"""Proposes domains for the tables that are in none, each with its reason."""
