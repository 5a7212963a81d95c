"""A report as text, as JSON, as annotations of GitHub Actions, and as JUnit XML."""
