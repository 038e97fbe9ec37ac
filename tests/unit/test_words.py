"""Words of values."""

from __future__ import annotations

import pytest

from ui.kit import words


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 facts"), (1, "1 fact"), (2, "2 facts"), (1_200, f"{words.count(1_200)} facts")]
)
def test_one_and_many(number: int, said: str) -> None:
    assert words.counted(number, "{count} fact", "{count} facts") == said
