"""Compiled resources of a mix project, compared with the plan, the catalog and the rows."""
