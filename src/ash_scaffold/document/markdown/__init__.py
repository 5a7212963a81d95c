"""The document as Markdown: generated blocks between people's text."""
