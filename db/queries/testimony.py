"""The answers and differences of a check, as its fact states them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import msgspec
from sqlalchemy import Column

from db.tables import checks
from eum_app.domain.checklists import Answer
from eum_app.domain.facts import Difference

TESTIMONY_COLUMNS: Final[tuple[Column[Any], ...]] = (checks.c.answers, checks.c.differences)


@dataclass(frozen=True)
class Testimony:
    """Answers and differences that the inspector stated about an item."""

    answers: tuple[Answer, ...] = ()
    differences: tuple[Difference, ...] = ()


NOTHING_STATED: Final = Testimony()


@lru_cache(maxsize=1024)
def testimony_of(answers: str, differences: str) -> Testimony:
    """Decode the two columns. Cached, because most checks of a visit have the same answers."""
    return Testimony(answers_of(answers), msgspec.json.decode(differences, type=_DIFFERENCES) if differences else ())


def answers_of(text: str) -> tuple[Answer, ...]:
    """Decode the column `answers`."""
    return msgspec.json.decode(text, type=_ANSWERS) if text else ()


_ANSWERS = tuple[Answer, ...]
_DIFFERENCES = tuple[Difference, ...]
