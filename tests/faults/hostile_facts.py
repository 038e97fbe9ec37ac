"""Facts of every kind that a device may state, with each field hostile in turn."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from eum_app.domain import facts as f
from eum_app.domain.fact_parts import ContentRef

AT: Final = "2026-11-21T09:00:00.000000Z"
TEXTS: Final = (
    "",
    " ",
    "\x1b[2J",
    "\x00",
    "two\nlines\r\u2028\u2029\x85\x0b\x0c\t",
    "\u202eevil\u2066\u200f",
    "\ufffe\uffff\ufdd0\U0010ffff",
    "<img src='file:///x'><b>",
    "=HYPERLINK(1)",
    "%1 %n {0} {name} &amp; & &&",
    "nan",
    "-1",
    "9" * 5_000,
    "w" * 20_000,
    "\U0001f469\u200d" * 300,
    "e" + "\u0301" * 2_000,
    "0001-01-01T00:00:00.000000Z",
    "9999-12-31T23:59:59.999999Z",
    "2026-02-30",
    "../../x",
    "[]",
)
INTEGERS: Final = (-1, 0, 2**31, 2**53, -(2**53), 2**63, 10**400, True, 1.5)
FLOATS: Final = (-1.0, 0, 1e308, -1e308, 5e-324, 2**53)
STRANGE: Final[tuple[Any, ...]] = (None, [], {}, 7, "x", [[]], True, -0.5)


def plain_value(kind: Any, name: str, known: dict[str, Any]) -> Any:  # noqa: PLR0911 - one for each type
    """Return a well-formed JSON value of a msgspec type."""
    info = msgspec.inspect
    if name in known:
        return known[name]
    match kind:
        case info.StrType():
            return AT if name.endswith("_at") else f"x-{name}"
        case info.BoolType():
            return False
        case info.IntType():
            return 1
        case info.FloatType():
            return 0.5
        case info.BytesType():
            return base64.b64encode(bytes(48)).decode()
        case info.VarTupleType(item_type=item) | info.ListType(item_type=item):
            return [] if _is_content(item) else [plain_value(item, "", known)]
        case info.TupleType(item_types=items):
            return [plain_value(item, "", known) for item in items]
        case info.DictType():
            return {"a": "b"}
        case info.UnionType(types=types):
            return None if any(_is_content(one) for one in types) else plain_value(types[0], name, known)
        case info.NoneType():
            return None
        case info.StructType(fields=fields, array_like=is_list):
            values = {one.encode_name: plain_value(one.type, one.encode_name, known) for one in fields}
            return list(values.values()) if is_list else values
    raise NotImplementedError(kind)


def _is_content(kind: Any) -> bool:
    return isinstance(kind, msgspec.inspect.StructType) and kind.cls is ContentRef


def hostile(value: Any) -> Iterator[Any]:
    """Yield copies of a JSON value with one part exchanged for a hostile one."""
    match value:
        case dict():
            for key, part in value.items():
                for other in hostile(part):
                    yield {**value, key: other}
                yield {one: two for one, two in value.items() if one != key}
        case list():
            yield []
            for at, part in enumerate(value):
                for other in hostile(part):
                    yield [*value[:at], other, *value[at + 1 :]]
            yield value * 300
        case bool():
            pass
        case str():
            yield from TEXTS
        case int():
            yield from INTEGERS
        case float():
            yield from FLOATS
    yield from STRANGE


def stated(kind: type[f.Fact], known: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON value of a well-formed fact; `known` are values by the names of their fields."""
    made: dict[str, Any] = plain_value(msgspec.inspect.type_info(kind), "", known)
    return made
