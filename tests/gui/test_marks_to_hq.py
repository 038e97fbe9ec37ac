"""Every way to form a UII, from a scan in the field to the record at HQ; container labels are claims, in any order."""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from db.queries import checks
from db.queries.claims import LabelsNoted, labels_noted
from db.queries.reading import mark_read
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import MarkRead
from eum_app.domain.marks import parse_mark
from eum_app.domain.matches import MatchKind
from eum_app.scanning.labels import png
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.store.open_store import open_store
from eum_app.usecases.visits.match_mark import Match
from tests.builders import PASSPHRASE
from tests.gui.field_world import Field, field_at_work
from tests.gui.scanner_hand import burst
from tests.macro_pdf417 import cut, picture, scanned
from ui.field.visit.match_words import CLAIMS_SHOWN, offer_of

CASES = json.loads((Path(__file__).parents[1] / "data" / "marks.json").read_text("utf-8"))
CLAIMS = "[)>\x1e06\x1d25SD1HLD9NVG-31A786950\x1d25SD1HLD9NVG-31A786951\x1e\x04"
REORDERED = CLAIMS.replace("786950", "X").replace("786951", "786950").replace("X", "786951")
PARTS = [raw.decode() for raw in scanned(cut(CLAIMS, 4), (725, 120, 343))]
PART = "]L2[)>\x1e06\x1d25SD1HLD9NVG-31A786950"  # of a Macro PDF417: the rest is in other symbols


def formed() -> dict[bytes, str]:
    """The marks of `marks.json` that form a UII as they are, by their bytes."""
    found = {}
    for case in CASES:
        raw = case["data"].encode()
        try:
            mark = parse_mark(raw)
        except Refusal:
            continue
        if mark.uii is not None:
            found[raw] = mark.uii.value
    return found


def record_scan(field: Field, raw: bytes) -> None:
    """Scan an unlisted mark, and record it as not on the list."""
    burst(raw.decode())
    field.idle()
    assert field.visit.item.draft is not None, raw
    for name in ("not_on_list_button", "reason_not_in_inventory", "reason_confirm_button"):
        # What was shown for the mark before is on its way out: the one in sight is meant.
        in_sight = [one for one in field.visit.findChildren(QAbstractButton, name) if one.isVisible()]
        QTest.mouseClick(in_sight[0], Qt.MouseButton.LeftButton)
        field.idle()


def test_every_way_to_form_a_uii_reaches_hq_whole(qtbot: QtBot, tmp_path: Path) -> None:
    wanted = formed()
    constructs = {parse_mark(raw).uii.construct for raw in wanted}  # type: ignore[union-attr]
    assert constructs == {"1", "2", "equivalent", "concatenated"}
    assert any(parse_mark(raw).warnings for raw in wanted)  # a warning stops nothing
    with field_at_work(qtbot, tmp_path) as field:
        field.open("visit")
        for raw in wanted:
            record_scan(field, raw)
        before = field.session.read(checks.recent_checks, field.visit_id, 100)
        for label in (PART, CLAIMS, REORDERED, *PARTS):
            burst(label)
            field.idle()
            draft = field.visit.item.draft
            assert draft is None or draft.item is None
            offered = field.visit.item.findChildren(QAbstractButton, "not_on_list_button")
            assert not any(one.isVisible() for one in offered)
        assert field.session.read(checks.recent_checks, field.visit_id, 100) == before
        drop = tmp_path / "drop"
        drop.mkdir(exist_ok=True)
        sealed = seal_results(field.session, drop)
    hq = open_store(tmp_path / "hq", "REV-004", PASSPHRASE)
    try:
        assert [one.outcome for one in import_bundles(hq, [sealed.path]).outcomes] == ["accepted"]
        taken = hq.read(checks.recent_checks, field.visit_id, 100)
        marks = [hq.read(mark_read, check.check_id) for check in taken]
        assert {mark.raw: mark.uii for mark in marks} == wanted
        for mark in marks:
            pairs = parse_mark(mark.raw).elements.pairs
            assert mark.elements == tuple((one.identifier, one.value) for one in pairs)
            assert mark.read_by == "wedge"
    finally:
        hq.close("test ended")


def said_in(panel: QWidget) -> str:
    return " ".join(str(one.property("text") or one.accessibleName()) for one in panel.findChildren(QWidget))


def test_a_label_in_parts_is_put_together_on_the_page_and_is_no_sighting(qtbot: QtBot, tmp_path: Path) -> None:
    with field_at_work(qtbot, tmp_path) as field:
        field.open("visit")
        for part, said in zip(
            [PARTS[at] for at in (2, 3, 0, 2)], ("1 part read", "2 of 4", "3 of 4", "3 of 4"), strict=True
        ):
            burst(part)
            field.idle()
            assert said in field.visit.notice.text
        shown = said_in(field.visit.item)
        assert "Still to scan: part 2." in shown
        burst(PARTS[1])
        field.idle()
        shown = said_in(field.visit.item)
        assert "D1HLD9NVG-31A786950" in shown
        assert "D1HLD9NVG-31A786951" in shown
        assert field.visit.item.draft is None
        burst(PARTS[1].replace("A", "B"))  # a part of another label with the same number
        field.idle()
        assert "does not fit" in field.visit.notice.text
        assert field.session.read(checks.recent_checks, field.visit_id) == []


def test_a_label_of_hundreds_is_shown_in_part_and_noted_whole() -> None:
    message = "[)>\x1e06\x1d" + "\x1d".join(f"25SD1HLD9{number:06}" for number in range(300)) + "\x1e\x04"
    offer = offer_of(Match(MatchKind.CLAIMS, MarkRead(read_by="wedge"), parse_mark(message.encode(), "PDF417")))
    claimed = [said for name, said in offer.read if name == "Claimed"]
    assert len(claimed) == CLAIMS_SHOWN + 1
    assert (claimed[0], claimed[-1], offer.note) == ("D1HLD9000000", "and 280 more", "Note 300 claims")


def test_what_a_label_claims_is_noted_when_asked_for_and_not_by_a_burst(qtbot: QtBot, tmp_path: Path) -> None:
    with field_at_work(qtbot, tmp_path) as field:
        field.open("visit")
        for raw in PARTS:
            burst(raw)
            field.idle()
        keep = field.find("note_label_button", QAbstractButton)
        assert keep.text() == "Note 2 claims"
        assert keep.hasFocus()
        burst(PARTS[0])  # the Enter at its end presses nothing
        field.idle()
        assert field.session.read(labels_noted, field.visit_id) == LabelsNoted(0, 0)
        field.press("note_label_button")
        assert field.session.read(labels_noted, field.visit_id) == LabelsNoted(1, 2)
        assert "2 claims noted" in field.visit.notice.text
        assert "does not count as a sighting" in field.visit.notice.text
        assert [field.outcome(serial) for serial in ("786950", "786951")] == ["to_check"] * 2
        assert field.visit.scan.field.hasFocus()
        assert field.session.read(checks.recent_checks, field.visit_id) == []
        burst(PARTS[1])
        field.idle()
        field.press("note_label_button")
        assert "already recorded" in field.visit.notice.text
        burst("786950")  # the next scan is an item's again
        field.idle()
        assert field.visit.item.draft is not None


def test_an_item_scanned_while_a_label_is_being_noted_stays_open(qtbot: QtBot, tmp_path: Path) -> None:
    with field_at_work(qtbot, tmp_path) as field:
        field.open("visit")
        for raw in PARTS:
            burst(raw)
            field.idle()
        with field.session.writing():  # what is noted waits for its turn
            QTest.mouseClick(field.find("note_label_button", QAbstractButton), Qt.MouseButton.LeftButton)
            burst("786950")
            qtbot.waitUntil(lambda: field.visit.item.draft is not None, timeout=120_000)
        field.idle()
        assert field.session.read(labels_noted, field.visit_id) == LabelsNoted(1, 2)
        assert field.visit.item.draft is not None
        assert field.visit.item.draft.serial == "786950"


def test_a_picture_of_a_part_offers_nothing_to_record(qtbot: QtBot, tmp_path: Path) -> None:
    with field_at_work(qtbot, tmp_path) as field:
        field.open("visit")
        at = 1  # a part without the message's head: nothing in it says that it is one, except its control block
        path = tmp_path / "part.png"
        path.write_bytes(png(picture(cut(CLAIMS, 3)[at], at, 3, (17, 53))))
        field.visit.scan._read_photo(path)
        field.until(lambda: "part read" in field.visit.notice.text)
        shown = said_in(field.visit.item)
        assert "cannot tell which part" in shown
        assert field.visit.item.draft is None
        offered = field.visit.item.findChildren(QAbstractButton, "not_on_list_button")
        assert not any(one.isVisible() for one in offered)
