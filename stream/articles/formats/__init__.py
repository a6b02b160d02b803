"""Articles in the formats of others, one file a format; registry.py recognises them."""
