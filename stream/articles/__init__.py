"""Articles as they arrive: messages, files, and the text that readers would read."""
