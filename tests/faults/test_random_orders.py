"""Devices, HQ and carriers in random orders of bad luck and bad faith (`tests/orders.py`).

`make test` tries the same few runs each time; `make fuzz` tries many others.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

from tests.random_orders import RandomOrders

_IS_FUZZ = os.environ.get("HYPOTHESIS_PROFILE") == "fuzz"

TestRandomOrders = RandomOrders.TestCase
TestRandomOrders.settings = settings(
    max_examples=100 if _IS_FUZZ else 6,
    stateful_step_count=60 if _IS_FUZZ else 30,
    derandomize=not _IS_FUZZ,
    database=None,
    phases=[Phase.generate, Phase.shrink] if _IS_FUZZ else [Phase.generate],  # shrinking takes many minutes
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
