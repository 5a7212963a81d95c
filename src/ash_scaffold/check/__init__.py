"""Whether resources, snapshots and database still agree, and nobody lets Ash migrate."""
