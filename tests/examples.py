"""How many examples a property test tries whose every example makes real stores."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

MORE_IN_FUZZ = 20


def with_stores(usual: int) -> settings:
    """Return settings for `usual` examples, and for `MORE_IN_FUZZ` times as many in `make fuzz`."""
    times = MORE_IN_FUZZ if os.environ.get("HYPOTHESIS_PROFILE") == "fuzz" else 1
    return settings(
        max_examples=usual * times, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
