"""Building a static table from a sentence-transformers model."""
