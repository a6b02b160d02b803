"""Storylines: affairs, that is stories linked by the evidence between them and never merged."""
