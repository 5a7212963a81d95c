"""All that somebody needs to port one table: collected, and written as one page."""
