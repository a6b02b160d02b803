"""Copies: which articles carry a text that was already seen, and whose text it was."""
