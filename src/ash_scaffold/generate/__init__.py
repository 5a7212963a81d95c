"""The main job: from a database and a project to files, computed before anything is written."""
