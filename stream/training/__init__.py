"""Fitting the decision to labelled articles. Nothing that runs in production imports it."""
