"""Facts outlive code: old versions are read, unknown ones kept."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Annotated, Any, get_args, get_origin

import msgspec
import pytest

from db import projection
from eum_app.domain import facts as f
from eum_app.domain.unreadable import Malformed

WITHDRAWN = f.CheckWithdrawn(observed_at="2026-11-21T08:00:00.000000Z", check_id="c1", visit_id="v1", reason="undone")


def test_every_fact_is_in_the_past_tense_and_known_by_its_name() -> None:
    ours = {cls for cls in f.Fact.__subclasses__() if cls.__module__.startswith("eum_app.")}
    assert set(f.FACTS.values()) == ours, "a fact without an entry in the KINDS of its module"
    assert len(f.KINDS) == len(f.FACTS) == len({kind.word for kind in f.KINDS})
    past = re.compile(r"[A-Za-z]+(ed|Began|Heard|Made|Read|Set|SetAside|FollowedUp|Withdrawn|Withheld|ClosedOut)")
    assert all(past.fullmatch(kind) for kind in f.FACTS), sorted(f.FACTS)
    assert set(f.FACTS.values()) >= f.DEVICE_MAY_STATE


def test_each_kind_that_changes_read_tables_has_its_applier() -> None:
    assert set(projection._APPLIERS) == {kind.fact for kind in f.KINDS if kind.area}
    assert list(projection._HANDLERS) == [*(kind.fact for kind in f.KINDS if kind.area), f.UnreadableFact]
    assert len(projection._APPLIERS) == sum(len(module.APPLIERS) for module in projection_modules())


def test_each_fact_that_names_content_says_so() -> None:
    named = {kind.fact for kind in f.KINDS if _names_content(kind.fact)}
    assert named == {kind.fact for kind in f.KINDS if kind.content}


def _names_content(cls: Any) -> bool:
    if cls is f.ContentRef:
        return True
    if isinstance(cls, type) and issubclass(cls, msgspec.Struct):
        return any(_names_content(field.type) for field in msgspec.structs.fields(cls))
    return any(_names_content(part) for part in get_args(cls))


def projection_modules() -> list[ModuleType]:
    found = [importlib.import_module(f"db.projection.{one.name}") for one in pkgutil.iter_modules(projection.__path__)]
    return [module for module in found if hasattr(module, "APPLIERS")]


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


def test_a_known_fact_that_does_not_hold_what_it_must_is_unreadable() -> None:
    unreadable = f.UnreadableFact("CheckWithdrawn", 1, Malformed.SHAPE)
    for payload in (b"", b"{}", b"[1]", b"\xff\xfe", b'{"observed_at":1}'):
        assert f.decode_fact("CheckWithdrawn", 1, payload) == unreadable
    for payload in (b"[]", b"null", b"{}", b'{"observed_at":1}'):
        assert isinstance(f.decode_fact("AccountAdded", 1, payload), f.UnreadableFact)
    assert isinstance(f.decode_fact("AccountAdded", 0, b"{}"), f.UnreadableFact)


def test_every_number_of_a_fact_is_bounded() -> None:
    def numbers(cls: Any) -> Iterator[Any]:
        if cls is int:
            yield cls
        elif isinstance(cls, type) and issubclass(cls, msgspec.Struct):
            for field in msgspec.structs.fields(cls):
                yield from numbers(field.type)
        elif get_origin(cls) is not Annotated:
            for part in get_args(cls):
                yield from numbers(part)

    assert {kind: [*numbers(kind)] for kind in f.FACTS.values()} == {kind: [] for kind in f.FACTS.values()}
