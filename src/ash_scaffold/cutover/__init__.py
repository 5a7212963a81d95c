"""The cut-over: a table that legacy code has left goes over to Ash, which migrates it from then on.

`run` is the command: it refuses, brings resources into managed form, lets Ash write its own
snapshots, and goes back. `refusals` says what stands against it, `ash` runs AshPostgres'
migration generator.
"""
