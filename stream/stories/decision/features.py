"""What a feature is: join_features.py and merge_features.py list them."""

from typing import NamedTuple


class Feature(NamedTuple):
    """One column of what a decision sees.

    `name` is how model files call it. `sign` 1: more of it never speaks against joining or merging. What readers see
    is in stream.contract.factors.
    """

    name: str
    sign: int
