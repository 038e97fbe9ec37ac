"""Lost zeros, letter case and scripts of letters: such items are offered as near and never taken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.queries.reading import mark_read
from eum_app.usecases.exchange.receive_at_hq import receive_at_hq
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.visits.match_mark import Match, match_mark
from eum_app.usecases.visits.record_check import record_check
from tests.builders import World, yes_to_all
from tests.cases.support import book, matched, near_serials

ROWS = (
    "W-9,1HLD9,000456,D1HLD9W-9000456",
    "W-9,1HLD9,AB-7751,DA330912AB567",
    "W-9,1HLD9,KM-9042,",
    "W-9,1HLD9,7003,D1HLD97003",
)
SERIALS = ("000456", "AB-7751", "KM-9042", "7003")
CYRILLIC = str.maketrans("ABKM", "\u0410\u0412\u041a\u041c")
SCRIPTS = [str.maketrans("0123456789", "".join(chr(zero + at) for at in range(10))) for zero in (0x660, 0x966, 0xE50)]


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, str]]:
    with book(tmp_path_factory.mktemp("near"), *(f"XX-B-ABC,{row}" for row in ROWS)) as made:
        yield made


def offered(match: Match) -> tuple[str, list[str], list[str]]:
    return match.kind, near_serials(match)[:1], [str(one) for one in match.closeness[:1]]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_serial_that_lost_something_is_offered_and_never_taken(at: tuple[World, str], data: st.DataObject) -> None:
    serial = data.draw(st.sampled_from(SERIALS))
    lost = data.draw(st.sampled_from(["zeros", "letters", "digits"]))
    if lost == "zeros":
        said = "0" * data.draw(st.integers(1, 4)) + serial if serial[0] != "0" else serial.lstrip("0")
    elif lost == "letters":
        said = serial.translate(CYRILLIC)
    else:
        said = serial.translate(data.draw(st.sampled_from(SCRIPTS)))
    if said == serial:
        return
    enveloped = data.draw(st.booleans())
    match = matched(at, f"[)>\x1e06\x1d17V1HLD9\x1d1PW-9\x1dS{said}\x1e\x04" if enveloped else said)
    assert match.item is None
    close = "leading_zeros" if lost == "zeros" else "other_script"
    assert offered(match) == ("near", [serial], [close])


@pytest.mark.parametrize(
    ("raw", "serial", "close"),
    [
        ("[)>\x1e06\x1d25SDA330912ab567\x1e\x04", "AB-7751", "letter_case"),
        ("25SD1HLD97003", "7003", "identifier"),
        ("18S1HLD97003", "7003", "identifier"),
        ("18S1HLD9KM-9042", "KM-9042", "identifier"),
        ("25SD1HLD9W-9KM-9042", "KM-9042", "identifier"),
        ("SKM-9042", "KM-9042", "identifier"),
        ("[)>\x1e06\x1d25SD1HLD9X1\x1dSKM-9042\x1e\x04", "KM-9042", "contradiction"),
    ],
)
def test_what_a_mark_may_mean_is_offered_with_the_reason(
    at: tuple[World, str], raw: str, serial: str, close: str
) -> None:
    match = matched(at, raw, symbology="" if raw[0] != "[" else "]d1")
    assert match.item is None
    assert offered(match) == ("near", [serial], [close])


def test_the_uii_counts_although_the_mark_contradicts_itself(at: tuple[World, str]) -> None:
    match = matched(at, "[)>\x1e06\x1d18S1HLD97003\x1dSKM-9042\x1e\x04")
    assert (match.kind, match.by, match.item and match.item.serial) == ("expected", "uii", "7003")
    assert [one.code for one in match.read.warnings] == ["mark.serials_differ"]


@pytest.mark.parametrize("symbology", ["]d1", "]Q1", "]L2"])
def test_a_message_without_its_end_is_a_part(at: tuple[World, str], symbology: str) -> None:
    match = matched(at, "[)>\x1e06\x1d18S1HLD97003", read_by="wedge", symbology=symbology)
    assert (match.kind, match.item, match.candidates, match.read.uii) == ("claims", None, (), "")


def test_a_message_without_its_end_from_a_scanner_that_does_not_say_what_it_read_is_only_offered(
    at: tuple[World, str],
) -> None:
    match = matched(at, "[)>\x1e06\x1d18S1HLD97003", read_by="wedge", symbology="")
    assert (match.item, *offered(match)) == (None, "near", ["7003"], ["cut_short"])


def test_the_warnings_of_a_mark_are_kept_with_its_check(tmp_path: Path) -> None:
    with book(tmp_path, "XX-B-ABC,W-9,1HLD9,7003,D1HLD97003") as (world, visit_id):
        world.hand_over()
        raw = b"[)>\x1e06\x1d18S1HLD97003\x1dSKM-9042\x1e\x04"
        match = match_mark(world.device, visit_id, raw, read_by="camera")
        assert match.item is not None
        check = record_check(
            world.device,
            visit_id=visit_id,
            item_id=match.item.item_id,
            outcome="verified",
            mark=match.read,
            answers=yes_to_all(),
        )
        receive_at_hq(world.hq, [seal_results(world.device, world.drop).path])
        kept = world.hq.read(mark_read, check.check_id).warnings
    assert [(one.code, dict(one.values)) for one in kept] == [
        ("mark.serials_differ", {"serial": "KM-9042", "uii": "D1HLD97003"})
    ]
