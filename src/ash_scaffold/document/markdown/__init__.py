"""The document as Markdown: generated blocks among people's text."""
