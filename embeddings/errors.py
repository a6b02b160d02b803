"""Errors of the encoders."""


class ModelError(Exception):
    """An encoder cannot be loaded: it does not exist, a file is not the one that was pinned, or it fails.

    Operator action: name a model that exists in NEWSFOLD_ENCODER__MODEL, or do what the message says.
    """
