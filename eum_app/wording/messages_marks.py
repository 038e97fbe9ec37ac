"""English sentences about marks and their pictures: warnings and refusals, by code.

They are plain text without Qt, so that the command line can use them. Placeholders are the values of the code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from eum_app.domain.translatable import QT_TRANSLATE_NOOP

if TYPE_CHECKING:
    from collections.abc import Mapping

MARK_SENTENCES: dict[str, str] = {
    # warnings
    "mark.not_us_cage": QT_TRANSLATE_NOOP("messages", "{cage} is not a US CAGE pattern: a warning, never a refusal"),
    "mark.character_set": QT_TRANSLATE_NOOP("messages", "characters outside A-Z 0-9 - /"),
    "mark.trailer_missing": QT_TRANSLATE_NOOP("messages", "trailer missing"),
    "mark.record_separator_missing": QT_TRANSLATE_NOOP("messages", "record separator missing in the header"),
    "mark.control_pictures": QT_TRANSLATE_NOOP("messages", "control characters were sent as pictures"),
    "mark.separators_as_text": QT_TRANSLATE_NOOP("messages", "separators were sent as text"),
    "mark.unknown_format": QT_TRANSLATE_NOOP("messages", "format {format} is not one for item marks: kept as text"),
    "mark.unknown_element": QT_TRANSLATE_NOOP(
        "messages", "a data element without a known identifier was kept as text: {text}"
    ),
    "mark.gs1_without_envelope": QT_TRANSLATE_NOOP(
        "messages", "GS1 mark without the ISO/IEC 15434 envelope: a UII for commercial items only"
    ),
    "mark.no_uii": QT_TRANSLATE_NOOP("messages", "no UII can be formed from this mark"),
    "mark.uii_long": QT_TRANSLATE_NOOP("messages", "UII of {length} characters: longer than {limit}"),
    "mark.enterprise_long": QT_TRANSLATE_NOOP(
        "messages", "enterprise identifier longer than {limit} characters: {value}"
    ),
    "mark.part_long": QT_TRANSLATE_NOOP("messages", "part or lot number longer than {limit} characters: {value}"),
    "mark.serial_long": QT_TRANSLATE_NOOP("messages", "serial number longer than {limit} characters: {value}"),
    "mark.edge_punctuation": QT_TRANSLATE_NOOP("messages", "begins or ends with - or /: {value}"),
    "mark.spaces_removed": QT_TRANSLATE_NOOP("messages", "spaces were removed to form the UII"),
    "mark.elements_differ": QT_TRANSLATE_NOOP(
        "messages",
        "other elements beside the UII form another one; a single data element is always the UII",
    ),
    "mark.serials_differ": QT_TRANSLATE_NOOP(
        "messages", "the mark contradicts itself: serial number {serial} is not the one in its UII {uii}"
    ),
    "mark.makers_differ": QT_TRANSLATE_NOOP(
        "messages", "the mark contradicts itself: maker {maker} is not the one in its UII {uii}"
    ),
    "mark.scanner_untested": QT_TRANSLATE_NOOP(
        "messages", "this hand scanner was never tested here: a wrong keyboard layout could have changed characters"
    ),
    # refusals
    "mark.empty": QT_TRANSLATE_NOOP("messages", "the mark is empty"),
    "mark.too_long": QT_TRANSLATE_NOOP(
        "messages", "too long for a mark: {length} bytes, the largest symbol holds {limit}"
    ),
    "mark.control_characters": QT_TRANSLATE_NOOP(
        "messages", "not the text of a mark: it holds control characters ({characters})"
    ),
    "mark.separators_lost": QT_TRANSLATE_NOOP(
        "messages", "separators lost: set the scanner up, or read the mark by camera"
    ),
    "mark.label_parts_disagree": QT_TRANSLATE_NOOP(
        "messages",
        "part {part} of container label {label} does not fit the parts read before; scan all parts of this label again",
    ),
    "mark.label_too_many_parts": QT_TRANSLATE_NOOP(
        "messages", "a container label of more than {limit} parts cannot be put together"
    ),
    "mark.part_of_sequence": QT_TRANSLATE_NOOP(
        "messages",
        "one part of a mark that is spread over several symbols; a part alone names no item. Read the others, or "
        "enter the serial number by hand",
    ),
    "mark.part_of_known_sequence": QT_TRANSLATE_NOOP(
        "messages",
        "part {part} of {parts} of a mark that is spread over several symbols; a part alone names no item. Read the "
        "others, or enter the serial number by hand",
    ),
    "mark.sets_up_scanner": QT_TRANSLATE_NOOP(
        "messages", "a symbol that sets up a scanner, not the mark of an item; scan the item's mark instead"
    ),
    "mark.character_set_unknown": QT_TRANSLATE_NOOP(
        "messages", "the mark uses a character set (ECI {number}) that this app does not know; enter it by hand"
    ),
    "mark.character_set_wrong": QT_TRANSLATE_NOOP(
        "messages",
        "the data of this mark is not text in the character set that it states (ECI {number}); enter it by hand",
    ),
    "mark.run_together": QT_TRANSLATE_NOOP("messages", "two scans ran together; scan again"),
    "mark.text_after_trailer": QT_TRANSLATE_NOOP("messages", "text after the end of the mark: {text}"),
    "mark.ambiguous": QT_TRANSLATE_NOOP("messages", "ambiguous: more than one UII can be formed"),
    "mark.construct_1_no_serial": QT_TRANSLATE_NOOP("messages", "incomplete construct 1: no serial number"),
    "mark.construct_2_no_serial": QT_TRANSLATE_NOOP("messages", "incomplete construct 2: no serial number"),
    "mark.construct_2_no_part": QT_TRANSLATE_NOOP("messages", "incomplete construct 2: no part or lot number"),
    "mark.uii_too_long": QT_TRANSLATE_NOOP("messages", "UII of {length} characters: no more than {limit} are possible"),
    "mark.uii_invalid": QT_TRANSLATE_NOOP("messages", "not a UII: {uii}"),
}


def describe(code: str, values: Mapping[str, object]) -> str:
    """Return the sentence for a code and its values.

    Raises KeyError for a code that is not about marks, and for a value that its sentence needs and lacks.
    """
    return MARK_SENTENCES[code].format_map(dict(values))
