"""Labels in parts: any order, twice, two at once, incomplete, in disagreement; and what a single part says."""

from __future__ import annotations

from contextlib import suppress
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eum_app.domain.container_labels import (
    MAX_LABELS,
    MAX_PARTS,
    Label,
    LabelPart,
    Labels,
    add_part,
    part_scanned,
)
from eum_app.domain.errors import Refusal
from eum_app.domain.marks import MAX_MARK_BYTES, claims_within, parse_mark
from eum_app.scanning.decoder import decode
from eum_app.usecases.visits.match_label import ContainerLabels
from tests.macro_pdf417 import cut, picture, scanned

UIIS = tuple(f"D1HLD9NVG-31A78695{at}" for at in range(6))
MESSAGE = "[)>\x1e06\x1d" + "\x1d".join("25S" + uii for uii in UIIS) + "\x1e\x04"
OTHER = MESSAGE.replace("78695", "79011")
ID, OTHER_ID = (725, 120, 343), (17, 53)


def put_together(raws: list[bytes], labels: Labels = ()) -> Labels:
    for raw in raws:
        part = part_scanned(raw)
        assert part is not None
        labels = add_part(labels, part)
    return labels


@pytest.mark.parametrize("with_count", [False, True])
def test_four_parts_in_any_order_and_again_are_one_message(with_count: bool) -> None:
    sent = scanned(cut(MESSAGE, 4), ID, with_count=with_count)
    for order in permutations(sent):
        label = put_together([*order, order[0], order[2]])[-1]
        assert (label.is_whole, label.missing, label.size) == (True, (), 4)
        assert label.label_id == "725120343"
        assert parse_mark(label.message, "PDF417").claims == UIIS


def test_what_is_missing_is_named(subtests: pytest.Subtests) -> None:
    sent = scanned(cut(MESSAGE, 4), ID)
    for gone in range(4):
        with subtests.test(gone=gone):
            label = put_together([one for at, one in enumerate(sent) if at != gone])[-1]
            assert not label.is_whole
            assert label.size == (None if gone == 3 else 4)
            assert label.missing == (() if gone == 3 else (gone,))


def test_two_labels_at_once_are_kept_apart() -> None:
    one, other = scanned(cut(MESSAGE, 4), ID), scanned(cut(OTHER, 3), OTHER_ID)
    labels = put_together([one[2], other[1], one[0], other[2], one[3], one[1], other[0]])
    assert {label.label_id: label.message.decode() for label in labels} == {"725120343": MESSAGE, "017053": OTHER}


@pytest.mark.parametrize(
    "part",
    [
        LabelPart("7", b"another", 1),
        LabelPart("7", b"behind the last", 4),
        LabelPart("7", b"another last", 2, 3),
        LabelPart("7", b"one", 1, 5),
    ],
)
def test_parts_that_disagree_are_refused(part: LabelPart) -> None:
    labels: Labels = (Label("7", ((1, b"one"), (3, b"three")), (), 4),)
    with pytest.raises(Refusal, match="label_parts_disagree"):
        add_part(labels, part)


def test_memory_is_bounded() -> None:
    labels: Labels = ()
    for at in range(3 * MAX_LABELS):
        labels = add_part(labels, LabelPart(str(at), b"x", 0))
    assert [one.label_id for one in labels] == [str(at) for at in range(2 * MAX_LABELS, 3 * MAX_LABELS)]
    for at in range(MAX_PARTS):
        labels = add_part(labels, LabelPart("loose", b"%d" % at))
    for part in (LabelPart("loose", b"more"), LabelPart("7", b"x", MAX_PARTS), LabelPart("7", b"x", 0, MAX_PARTS + 1)):
        with pytest.raises(Refusal, match="too_many_parts"):
            add_part(labels, part)
    assert part_scanned(b"\\92800000\\001" + b"x" * MAX_MARK_BYTES) is None


@pytest.mark.parametrize(
    "raw",
    [
        rb"\92800001",  # no file id
        rb"\9280000\725",  # four digits
        rb"\92800001\928",  # a sign is not a file id
        rb"\\92800001\725",  # the backslash of a mark, as such scanners send it
        rb"AB\92800001\725CD",  # in the middle
        rb"]d1\92800001\725CD",  # Data Matrix
        rb"]C0\92800001\725CD",  # Code 128
    ],
)
def test_the_mark_of_an_item_that_holds_such_characters_is_no_part(raw: bytes) -> None:
    assert part_scanned(raw) is None
    assert ContainerLabels().take(raw, read_by="wedge") is None
    mark = parse_mark(raw)
    assert (mark.serial or "").endswith(raw.decode()[-4:])


@pytest.mark.parametrize("is_behind", [False, True])
def test_what_says_which_symbology_it_is_belongs_to_no_part(is_behind: bool) -> None:
    sent = [b"]L2" + raw for raw in scanned(cut(MESSAGE, 3), ID)]
    if is_behind:  # the control header may follow the data
        sent = [
            b"]L2" + piece.encode() + b"\\9280000%d\\725" % at + (b"\\922" if at == 2 else b"")
            for at, piece in enumerate(map(bytes.decode, cut(MESSAGE, 3)))
        ]
    label = put_together(sent[::-1])[-1]
    assert (label.is_whole, label.message.decode()) == (True, MESSAGE)


def test_only_what_a_scanner_sent_has_a_header() -> None:
    for raw in (*scanned(cut(MESSAGE, 2), ID), b"]L2" + scanned(cut(MESSAGE, 2), ID)[0]):
        labels = ContainerLabels()
        assert labels.take(raw, read_by="wedge") is not None
        assert labels.take(raw, read_by="serial") is not None
        for means in ("typed", "camera", "photo"):
            assert labels.take(raw, read_by=means) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_a_part_or_none(raw: bytes) -> None:
    for data in (raw, b"\\92800001\\725" + raw, raw + b"\\92800001\\725\\923\\001\\111\\104\\922"):
        part = part_scanned(data)
        if part is not None:
            with suppress(Refusal):
                assert add_part((), part)[-1].parts == ((part.number, part.data),)


@given(st.integers(2, 20), st.randoms(use_true_random=False))
def test_wherever_it_is_cut_it_comes_out_whole_or_not_at_all(size: int, chance: object) -> None:
    pieces = cut(MESSAGE, size)
    sent = scanned(pieces, ID)
    chance.shuffle(sent)  # type: ignore[attr-defined]
    for at in range(1, len(sent) + 1):
        label = put_together(sent[:at])[-1]
        assert label.is_whole == (at == len(sent))
    assert label.message.decode() == MESSAGE
    for piece in pieces:  # what a single part says is among what the whole says, never something made up at a cut
        assert {one.uii for one in claims_within(piece)} <= set(UIIS)


def test_neighboring_parts_say_what_the_cut_between_them_went_through() -> None:
    sent = scanned(cut(MESSAGE, 4), ID)
    label = put_together([sent[3], sent[0], sent[1]])[-1]
    assert label.pieces == tuple(
        piece.encode() for piece in (MESSAGE[: len(label.pieces[0])], cut(MESSAGE, 4)[3].decode())
    )
    within = [{one.uii for one in claims_within(piece)} for piece in (*label.pieces, *cut(MESSAGE, 4)[:2])]
    assert within[0] > within[2] | within[3]


@given(st.text(alphabet="[)>\x1e\x1d\x0406A5S25D1/-", max_size=80))
def test_any_part_gives_claims_or_a_refusal(text: str) -> None:
    with suppress(Refusal):
        uiis = [one.uii for one in claims_within(text.encode())]
        assert all(uii in text.replace(" ", "") or uii[0] == "D" for uii in uiis)


def test_pictures_of_parts_are_known_as_parts_and_never_as_marks() -> None:
    labels = ContainerLabels()
    claimed: set[str] = set()
    for at, piece in enumerate(cut(MESSAGE, 4)):
        (symbol,) = decode(picture(piece, at, 4, OTHER_ID))
        assert (symbol.raw, symbol.part_of, symbol.symbology) == (piece, "017053", "PDF417")
        match = labels.take(symbol.raw, read_by="camera", part_of=symbol.part_of)
        assert match is not None
        assert (match.kind, match.item, match.mark.uii, match.read.uii) == ("claims", None, None, "")
        assert match.label is not None
        assert (match.label.is_whole, len(match.label.loose)) == (False, at + 1)
        claimed |= set(match.mark.claims)
    assert claimed
    assert claimed < set(UIIS)  # identifiers cut by the end of a part are not claimed
    for raw in scanned(cut(MESSAGE, 4), OTHER_ID)[::-1]:  # the same parts, now with their numbers
        match = labels.take(raw, read_by="wedge")
    assert match is not None
    assert match.label is not None
    assert (match.label.is_whole, match.label.loose, match.mark.claims) == (True, (), UIIS)


def test_a_label_of_one_item_is_a_claim_all_the_same() -> None:
    labels = ContainerLabels()
    for raw in scanned(cut(f"[)>\x1e06\x1d25S{UIIS[0]}\x1e\x04", 2), ID):
        match = labels.take(raw, read_by="wedge")
    assert match is not None
    assert (match.kind, match.mark.uii, match.mark.claims) == ("claims", None, UIIS[:1])


def test_after_a_disagreement_the_label_starts_over() -> None:
    labels = ContainerLabels()
    first, second = scanned(cut(MESSAGE, 2), ID), scanned(cut(OTHER, 2), ID)
    labels.take(first[0], read_by="wedge")
    with pytest.raises(Refusal):
        labels.take(second[0], read_by="wedge")
    for raw in second:
        match = labels.take(raw, read_by="wedge")
    assert match is not None
    assert match.mark.claims == tuple(uii.replace("78695", "79011") for uii in UIIS)
