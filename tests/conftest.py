"""For all tests: Hypothesis without time limits, because CI machines are slow and shared."""

from hypothesis import HealthCheck, settings

settings.register_profile("newsfold", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("newsfold")
