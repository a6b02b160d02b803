"""Metrics, logs and the worker's health pages."""
