"""A filled worklist as a file: one row for each line of the paper.

CSV (UTF-8, a heading line) or JSON (a list of objects); by name, in any order, what is not used may be left out:

- `page`: the page's number, or what its QR symbol says; `saw`: who saw it, the code at the foot of the page; `seen_at`:
  when, ISO 8601 with its offset;
- `row`: the number in front of the row, or `serial`: the serial in the list; both empty for what was found and not on
  the list;
- `outcome`: verified, discrepancy, not_found, no_access, not_on_list; `reason`: its code on the form (`N2`) or in full;
- `read`: the serial that the paper says was read on the item; `read_again`: the same typed a second time; `note`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from eum_app.domain.errors import Refusal

COLUMNS: Final = (*("page", "saw", "seen_at", "row", "serial", "outcome", "reason", "read", "read_again", "note"),)
NEEDED: Final = frozenset({"page", "saw", "seen_at", "outcome"})
MAX_FILE_BYTES: Final = 5_000_000


def read_filled_worklist(path: Path) -> Sequence[tuple[int, Mapping[str, str]]]:
    """Read the lines of a file: the line's number and its cells by column.

    Raises Refusal `filled.unreadable`, `filled.columns`, `filled.empty`.
    """
    try:
        data = path.read_bytes()
        if len(data) > MAX_FILE_BYTES:
            raise Refusal("filled.unreadable", name=path.name)
        text = data.decode("utf-8-sig")
        if path.suffix.lower() == ".json":
            objects = msgspec.json.decode(text, type=list[dict[str, str | int]])
            found = [(at, {key: str(value) for key, value in one.items()}) for at, one in enumerate(objects, 1)]
        else:
            reader = csv.DictReader(io.StringIO(text), restval="", strict=True)
            found = [(reader.line_num, {str(key): str(value) for key, value in row.items()}) for row in reader]
    except (OSError, UnicodeDecodeError, msgspec.DecodeError, csv.Error) as error:
        raise Refusal("filled.unreadable", name=path.name) from error
    if not found:
        raise Refusal("filled.empty", name=path.name)
    lacking = NEEDED - set(found[0][1])
    if lacking:
        raise Refusal("filled.columns", lacking=", ".join(sorted(lacking)), known=", ".join(COLUMNS))
    return found
