"""How long a run takes on schemas of many tables, beside the tools that read the same catalog."""
