"""How an item must be identified before it can be verified as sighted."""

from __future__ import annotations

import msgspec
import pytest

from eum_app.domain.checklists import Answer
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import MarkRead
from eum_app.domain.sighting import (
    MAX_WITNESS_CHARS,
    Identity,
    Lack,
    SightingPolicy,
    SightingTerms,
    require_witness_words,
)
from eum_app.domain.visit_kinds import sighting_policy_of

ITEM = Identity("item-1", "EEUM", "786950", "D1HLD9NVG-31A786950")
WITNESS = {"saw": "Capt. R", "saw_for": "Depot 7", "saw_how": "letter of 20 Nov"}
POLICY = SightingPolicy()
OPEN, BANNED = SightingTerms(POLICY, "visit-1"), SightingTerms(POLICY, "visit-1", bans_scanner=True)
ONCE = next(f"i{at}" for at in range(100) if not POLICY.is_entered_twice("visit-1", f"i{at}"))
TWICE = next(f"i{at}" for at in range(100) if POLICY.is_entered_twice("visit-1", f"i{at}"))


def stated(texts: dict[str, str]) -> MarkRead:
    return msgspec.structs.replace(MarkRead(read_by="list"), **texts)


def entered(serial: str = "786950", *, twice: bool = True, why: str = "illegible", by: str = "typed") -> MarkRead:
    return MarkRead(read_by=by, raw=serial.encode(), entered_twice=twice, no_read_reason=why)


def lack(mark: MarkRead, terms: SightingTerms = OPEN, item: Identity = ITEM, outcome: str = "verified") -> Lack | None:
    return terms.lack(item, outcome=outcome, grade="A", mark=mark)


@pytest.mark.parametrize("read_by", ["camera", "photo", "wedge", "serial"])
def test_a_mark_that_a_device_read_is_enough(read_by: str) -> None:
    assert lack(MarkRead(read_by=read_by, raw=b"anything")) is None
    assert lack(MarkRead(read_by=read_by)) is Lack.MARK, "it read nothing"


def test_the_list_alone_is_not_enough_for_an_item_under_enhanced_monitoring() -> None:
    listed = MarkRead(read_by="list")
    assert lack(listed) is Lack.MARK
    assert lack(MarkRead(read_by="list", raw=b"786950", entered_twice=True, no_read_reason="missing")) is Lack.MARK
    for level in ("REUM", "", "a newer level"):
        assert lack(listed, item=ITEM._replace(level=level)) is None
    for outcome in ("discrepancy", "not_found", "no_access", "not_on_list", "a newer outcome"):
        assert lack(listed, outcome=outcome) is None


@pytest.mark.parametrize(
    ("mark", "wanted"),
    [
        (entered(), None),
        (entered("d1hld9nvg-31a 786950"), None),
        (entered(" 78 6950 "), None),
        (entered("786951"), Lack.SERIAL),
        (entered("78695\N{CYRILLIC CAPITAL LETTER O}"), Lack.SERIAL),
        (entered("\N{ARABIC-INDIC DIGIT SEVEN}86950"), Lack.SERIAL),
        (entered("0786950"), Lack.SERIAL),
        (entered(" "), Lack.MARK),
        (entered(why=""), Lack.REASON),
        (entered(why="did not want to"), Lack.REASON),
        (entered(twice=False), Lack.AGAIN),
        (entered(twice=False, why=""), Lack.MARK),
        (entered(twice=False, why="scanner_not_allowed"), Lack.AGAIN),
        (entered(by="paper", why=""), None),
        (entered(by="paper", why="", twice=False), Lack.AGAIN),
        (entered("", by="paper", why="", twice=False), Lack.MARK),
        (entered(by="a newer way"), Lack.MARK),
    ],
)
def test_a_serial_by_hand_is_entered_twice_with_the_reason(mark: MarkRead, wanted: Lack | None) -> None:
    assert lack(mark) is wanted


@pytest.mark.parametrize("by", ["typed", "paper"])
def test_where_scanners_are_not_allowed_one_entry_is_enough_but_for_one_item_in_ten(by: str) -> None:
    once, twice = ITEM._replace(item_id=ONCE), ITEM._replace(item_id=TWICE)
    one_entry = entered(twice=False, why="scanner_not_allowed", by=by)
    assert lack(one_entry, BANNED, once) is None
    assert lack(one_entry, BANNED, twice) is Lack.AGAIN
    assert lack(entered(why="scanner_not_allowed", by=by), BANNED, twice) is None
    assert lack(entered(twice=False, why="covered", by=by), BANNED, once) is Lack.AGAIN, "not why scanners are banned"
    assert lack(MarkRead(read_by="list"), BANNED, once) is Lack.MARK
    assert [BANNED.entries_wanted(one) for one in (once, twice, once._replace(level="REUM"))] == [1, 2, 0]
    assert OPEN.entries_wanted(once) == 2


def test_which_items_are_read_again_is_fixed_by_the_ids_and_about_one_in_ten() -> None:
    chosen = [at for at in range(2_000) if POLICY.is_entered_twice("visit", str(at))]
    assert 150 <= len(chosen) <= 250
    assert chosen == [at for at in range(2_000) if SightingPolicy().is_entered_twice("visit", str(at))]
    assert chosen != [at for at in range(2_000) if POLICY.is_entered_twice("another visit", str(at))]


def test_the_site_checklist_says_whether_scanners_are_allowed() -> None:
    assert POLICY.bans_scanner([Answer("lighting", "no"), Answer("scanner_allowed", "no", "orders")])
    for value in ("yes", "not_observed", "not_applicable", ""):
        assert not POLICY.bans_scanner([Answer("lighting", "no"), Answer("scanner_allowed", value)])


@pytest.mark.parametrize("grade", ["B", "C", "D", "a newer grade"])
@pytest.mark.parametrize("outcome", ["verified", "discrepancy", "not_on_list"])
def test_a_lower_grade_names_who_saw_the_item_for_whom_and_how(grade: str, outcome: str) -> None:
    for level in ("EEUM", "REUM"):
        item = ITEM._replace(level=level)
        assert OPEN.lack(item, outcome=outcome, grade=grade, mark=stated(WITNESS)) is None
        for left_out in WITNESS:
            part = {key: text for key, text in WITNESS.items() if key != left_out}
            for mark in (stated(part), stated({**part, left_out: " "})):
                assert OPEN.lack(item, outcome=outcome, grade=grade, mark=mark) is Lack.WITNESS
    assert OPEN.lack(ITEM, outcome="no_access", grade=grade, mark=MarkRead(read_by="list")) is None


def test_naming_a_witness_does_not_make_a_pick_from_the_list_a_sighting() -> None:
    assert lack(stated(WITNESS)) is Lack.MARK


@pytest.mark.parametrize("text", ["x" * (MAX_WITNESS_CHARS + 1), "two\nlines", "turned \N{RIGHT-TO-LEFT OVERRIDE}"])
def test_the_words_about_a_witness_are_short_and_visible(text: str) -> None:
    require_witness_words(("x" * MAX_WITNESS_CHARS, "Depot 7", ""))
    with pytest.raises(Refusal, match=r"sighting\.witness_words"):
        require_witness_words(("", text))


def test_a_kind_of_visit_that_only_a_newer_hq_knows_has_the_strict_policy() -> None:
    assert sighting_policy_of("a newer kind") == POLICY
    assert sighting_policy_of("annual_inventory").levels == ("EEUM",)
