"""Findings, their lapses and reviews: fact → read tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from db.projection.rows import Appliers, Noted, key_of, plain, put
from db.tables import findings, lapses, reviews
from eum_app.domain import facts as f


def apply_findings(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert findings; the newest fact of each finding wins."""
    names = ("finding_id", "rule_id", "rule_version", "severity", "visit_id", "item_id", "check_id")
    of_device = ("device", "epoch", "first_seq", "last_seq")
    rows = [
        {
            **plain(fact, *names, *of_device),
            "causes": " ".join(fact.causes),
            "check_ids": " ".join(fact.check_ids),
            "raised_at": fact.observed_at,
            "order_key": key_of(entry, fact),
        }
        for entry, fact, _ in noted
    ]
    put(connection, findings, rows)


def apply_lapses(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert lapses of findings; the newest of each finding wins."""
    rows = [
        {**plain(fact, "finding_id", "reason"), "lapsed_at": fact.observed_at, "order_key": key_of(entry, fact)}
        for entry, fact, _ in noted
    ]
    put(connection, lapses, rows)


def apply_reviews(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert reviews of findings; the newest fact of each review wins."""
    rows = [
        {
            **plain(fact, "review_id", "finding_id", "decision", "comment", "disposition"),
            "reviewed_at": fact.observed_at,
            "actor": entry.actor,
            "order_key": key_of(entry, fact),
        }
        for entry, fact, _ in noted
    ]
    put(connection, reviews, rows)


APPLIERS: Final[Appliers] = {
    f.FindingRaised: apply_findings,
    f.FindingLapsed: apply_lapses,
    f.FindingReviewed: apply_reviews,
}
