"""Findings and reports of `check`, `verify` and `doctor`, and the formats of their output."""
