"""Time that may be spent on one picture: processor time, so that a busy machine reads as much as an idle one."""

from __future__ import annotations

import time
from collections.abc import Callable


def _never() -> bool:
    return False


class Budget:
    """Processor time of the thread that makes it (ms), from now on. It is over early once `stopped` returns true."""

    def __init__(self, budget_ms: float, stopped: Callable[[], bool] = _never) -> None:
        self._budget_ms, self._stopped = budget_ms, stopped
        self._started = time.thread_time()

    @property
    def spent_ms(self) -> float:
        """Return the processor time in ms that the calling thread spent since the budget was made."""
        return (time.thread_time() - self._started) * 1000

    @property
    def is_over(self) -> bool:
        """Whether the time was spent, or a person stopped the work."""
        return self.spent_ms > self._budget_ms or self._stopped()

    def half(self) -> Budget:
        """Return a budget that is over when half of this one is spent. What was spent so far counts in it too."""
        shared = Budget(self._budget_ms / 2, self._stopped)
        shared._started = self._started
        return shared
