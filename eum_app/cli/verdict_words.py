"""Words that the verdicts of `eum verify` share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eum_app.domain.clock import instant_words

if TYPE_CHECKING:
    from eum_app.usecases.exchange.time_proofs import TimeProof

_HOW = {
    "recorded": "recorded here",
    "witnessed": "witnessed before the certificates end",
    "proved": "proved before the certificates end",
}


def said(verdict: bool | None) -> str:
    """Return a verdict in words: "yes", "NO", or "not asked" for None."""
    return {True: "yes", False: "NO", None: "not asked"}[verdict]


def time_words(time: TimeProof) -> str:
    """Return a line about when a signature was made at the latest and how that is known, or that it is only claimed."""
    if time.at:
        return f"Signed at the latest {instant_words(time.at)}: {_HOW[time.verdict]} ({time.by})"
    is_current = time.verdict == "current"
    return f"Time of signing: claimed only{'; the certificates are in force' if is_current else ''}"


def time_data(time: TimeProof) -> dict[str, str]:
    """Return the fields of a time's verdict for --json; `at` and `by` are empty if no time is known."""
    return {"verdict": time.verdict, "at": time.at, "by": time.by}
