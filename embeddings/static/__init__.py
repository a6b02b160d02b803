"""The static encoder: a table with one vector a token, summed over a text."""
