"""Facts outlive code: old versions are read, unknown ones kept."""

from __future__ import annotations

import re

import msgspec
import pytest

from eum_app.domain import facts as f
from eum_app.domain.errors import Refusal

WITHDRAWN = f.CheckWithdrawn(observed_at="2026-11-21T08:00:00.000000Z", check_id="c1", visit_id="v1", reason="undone")


def test_every_fact_is_in_the_past_tense_and_known_by_its_name() -> None:
    assert len(f.FACTS) == len(f.Fact.__subclasses__())
    past = re.compile(r"[A-Za-z]+(ed|Heard|Made|Read|Withdrawn|Withheld|ClosedOut)")
    assert all(past.fullmatch(kind) for kind in f.FACTS), sorted(f.FACTS)
    assert set(f.FACTS.values()) >= f.DEVICE_MAY_STATE


def test_unknown_fields_do_not_stop_the_reader() -> None:
    payload = f.encode_fact(WITHDRAWN)[:-1] + b',"seal_number":"A-1"}'
    assert f.decode_fact("CheckWithdrawn", 1, payload) == WITHDRAWN


def test_unknown_kinds_and_later_versions_are_kept_as_such() -> None:
    assert f.decode_fact("ItemRemarked", 1, b"\xff") == f.UnknownFact("ItemRemarked", 1)
    assert f.decode_fact("CheckWithdrawn", 2, b"{}") == f.UnknownFact("CheckWithdrawn", 2)


def test_old_versions_are_read_through_upcasters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f.CheckWithdrawn, "KIND_VERSION", 3)
    monkeypatch.setitem(f.UPCASTERS, ("CheckWithdrawn", 1), lambda fields: {**fields, "reason": fields.pop("why")})
    monkeypatch.setitem(
        f.UPCASTERS, ("CheckWithdrawn", 2), lambda fields: {**fields, "reason": fields["reason"].lower()}
    )
    old = {"observed_at": WITHDRAWN.observed_at, "check_id": "c1", "visit_id": "v1", "why": "UNDONE"}
    assert f.decode_fact("CheckWithdrawn", 1, msgspec.json.encode(old)) == WITHDRAWN


def test_a_known_fact_that_does_not_hold_what_it_must_is_refused() -> None:
    for payload in (b"", b"{}", b"[1]", b"\xff\xfe", b'{"observed_at":1}'):
        with pytest.raises(Refusal, match=r"fact\.unreadable"):
            f.decode_fact("CheckWithdrawn", 1, payload)
