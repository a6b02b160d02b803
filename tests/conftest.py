"""For all tests: Hypothesis without time limits, because CI machines are slow and shared; pytest's summary last."""

import sys

from hypothesis import HealthCheck, settings

settings.register_profile("newsfold", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("newsfold")

# torch takes triton in, its compiler for GPUs, wherever that is installed. No test needs it, and when Python ends it
# prints what it leaked, below pytest's summary. To torch it is not installed.
sys.modules["triton"] = None  # type: ignore[assignment]
