"""Drift between resources, snapshots and database, and a guard against migrations by Ash."""
