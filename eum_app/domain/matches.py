"""Closed vocabularies of matching: the meaning of a scanned mark in a visit, and how an item was found."""

from __future__ import annotations

from enum import StrEnum


class MatchKind(StrEnum):
    """Meaning of a mark in a visit."""

    EXPECTED = "expected"
    """One item of the list, still to be checked."""
    ALREADY_CHECKED = "already_checked"
    """One item of the list that has an outcome."""
    EXPECTED_ELSEWHERE = "expected_elsewhere"
    """A known item that another open visit of this device expects."""
    NOT_ON_LIST = "not_on_list"
    """A known item that this visit does not expect."""
    AMBIGUOUS = "ambiguous"
    """Several items could be meant; the person says which."""
    NEAR = "near"
    """Nothing matches, but items come close; never taken without the person's choice."""
    CLAIMS = "claims"
    """A container's label, or a part of one: claims, never sightings."""
    UNKNOWN = "unknown"
    """No list has this item."""


class MatchedBy(StrEnum):
    """Means by which an item was found."""

    NOTHING = ""
    UII = "uii"
    MAKER_PART_SERIAL = "maker_part_serial"
    SERIAL = "serial"
    EARLIER_MARK = "earlier_mark"


class Closeness(StrEnum):
    """Why an item is offered for a mark and not taken: the likeliest reason first."""

    SAME_SERIAL = "same_serial"
    """The serial is the same; the book names another maker, part or UII."""
    CUT_SHORT = "cut_short"
    """The mark fits and has no end: it may be a part of one."""
    CONTRADICTION = "contradiction"
    """It has one of the serials of a mark that contradicts itself."""
    LETTER_CASE = "letter_case"
    """The UII differs in small and capital letters."""
    IDENTIFIER = "identifier"
    """It fits if the mark's text begins with a data identifier."""
    OTHER_SCRIPT = "other_script"
    """Letters of another script look alike, or digits of another script have the same value."""
    LEADING_ZEROS = "leading_zeros"
    LOOK_ALIKE = "look_alike"
    ONE_CHARACTER = "one_character"
