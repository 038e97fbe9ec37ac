"""Search as you type: find items that have, for each typed word, a term that begins with it.

An item's terms are in its `search_text`: serial and UII, and the words of nomenclature, part number and location.
Serial and UII are also stored reversed behind `BACKWARDS`, so that an ending can be searched as a beginning; if one
ends with the other, only the longer one is reversed. A word with punctuation counts from each of its parts (`nvg-31a`,
`31a`).

SQLCipher uses a full-text index with prefixes of up to eight characters (FTS5, without positions), PostgreSQL a GIN
index over the same terms; neither needs an extension. Triggers, or the database itself, keep the index up to date.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, cast, column, func, literal, literal_column, text
from sqlalchemy.dialects.postgresql import TSQUERY

from db.tables import items

BACKWARDS: Final = "\ue000"
"""Marks reversed terms. A private-use character, which no one types."""
MAX_TERM_CHARS: Final = 60
"""Longest term that is stored and searched, in characters."""
_MOST_DIGITS_OF_PLACE: Final = 2
_PREFIXES: Final = "1 2 3 4 5 6 8"
_PART: Final = re.compile(r"(?<![^\W_])(?=[^\W_])")
_BREAK: Final = re.compile(r"[\s\0\u180e]+")

_CREATE: Final = {
    "sqlite": (
        # Every character except spaces belongs to a term: we split words into terms, not the tokenizer.
        f"""CREATE VIRTUAL TABLE item_search USING fts5(search_text, content='items', detail=none, columnsize=0,
            prefix='{_PREFIXES}', tokenize="unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'")""",
        # Merge segments (a million items make about 400) in groups of 64 instead of four while the index is built. The
        # rest is merged in small steps when items are written.
        "INSERT INTO item_search(item_search, rank) VALUES ('crisismerge', 64)",
        "INSERT INTO item_search(item_search, rank) VALUES ('automerge', 0)",
        "INSERT INTO item_search(item_search) VALUES ('rebuild')",
        "INSERT INTO item_search(item_search, rank) VALUES ('automerge', 4)",
        """CREATE TRIGGER items_search_insert AFTER INSERT ON items BEGIN
            INSERT INTO item_search(rowid, search_text) VALUES (new.rowid, new.search_text); END""",
        """CREATE TRIGGER items_search_update AFTER UPDATE OF search_text ON items
            WHEN old.search_text <> new.search_text BEGIN
            INSERT INTO item_search(item_search, rowid, search_text) VALUES ('delete', old.rowid, old.search_text);
            INSERT INTO item_search(rowid, search_text) VALUES (new.rowid, new.search_text); END""",
    ),
    "postgresql": (
        """CREATE INDEX items_by_terms ON items
            USING gin (array_to_tsvector(string_to_array(search_text, ' ')))""",
    ),
}


def create(connection: Connection) -> None:
    """Build the index over the existing items. From then on it follows changes of `items`."""
    for statement in _CREATE[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def drop(connection: Connection) -> None:
    """Drop the index. Call it before `items` is dropped."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("DROP TABLE IF EXISTS item_search")


def search_text(serials: Sequence[str], words: Sequence[str]) -> str:
    """Return the terms of an item, separated by spaces. `serials` are searchable by their endings too."""
    terms = [term for serial in serials for term in said(serial)]
    longer = BACKWARDS
    for backwards in sorted([term[::-1] for term in terms], reverse=True):
        if not longer.startswith(backwards):  # else it is found by the longer one's endings
            terms.append(BACKWARDS + backwards)
        longer = backwards
    return " ".join([*[term[:MAX_TERM_CHARS] for term in terms], *filter(None, map(_terms_of, words))])


@lru_cache(maxsize=10_000)  # thousands of items share an article and a shelf
def _terms_of(words: str) -> str:
    """Return each word, and its rest after each punctuation mark. Punctuation alone is not a term.

    A word that occurs twice is a term twice: in `Vault 3 / Shelf 3` each number must follow its word.
    """
    return " ".join(
        part[:MAX_TERM_CHARS]
        for word in said(words)
        if _PART.search(word)
        for part in dict.fromkeys((word, *(word[at.start() :] for at in _PART.finditer(word))))
    )


def asked(words: str) -> list[str]:
    """Split what a person typed into the words to search for, as `said` does.

    Punctuation alone is left out, as in the index (`Vault 2 / Shelf 5`), unless nothing else was typed.
    """
    split = said(words)
    return [word for word in split if _PART.search(word)] or split


def said(words: str) -> list[str]:
    """Split search text into words, in the form in which terms are stored."""
    if words.isascii() and words.isprintable() and " " not in words:  # nearly every serial
        return [words.lower()] if words else []
    folded = words.casefold()
    return [word for word in _BREAK.split(folded) if word] if _BREAK.search(folded) else [folded] * bool(folded)


def matches(connection: Connection, words: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that an item has all words (one or more, as `asked` returns them).

    The first number of at most two digits that follows a word of letters (`Vault 3`) must directly follow that whole
    word in the item, with a space or a punctuation mark between them, or be the item's serial. Later numbers may be
    anywhere. Use it once per statement.
    """
    if connection.dialect.name == "postgresql":
        question = " & ".join(f"({_lexeme(word)}:* | {_lexeme(BACKWARDS + word[::-1])}:*)" for word in words)
        terms = func.array_to_tsvector(func.string_to_array(items.c.search_text, " "))
        fits = terms.bool_op("@@")(cast(literal(question), TSQUERY))
        places = [
            items.c.search_text.regexp_match(f"(^| ){word}[ -/]{number}([^0-9]|$)|^{number} ")
            for word, number in _places(words)
        ]
        return and_(fits, *places)
    found = text(f"SELECT rowid FROM item_search WHERE {_MATCHES}").bindparams(**_bound(words))  # noqa: S608 - our text
    # The plus keeps SQLite on the index that has the order, so that it need not sort these rows.
    row: ColumnElement[int] = literal_column("+items.rowid")
    return row.in_(found.columns(column("rowid")))


def first_rowids(connection: Connection, words: Sequence[str], limit: int) -> list[int]:
    """SQLCipher only: return the rowids of at most `limit` items that have all words, in the order of listing.

    Items outside the connection's scope are included.
    """
    return list(
        connection.execute(
            text(f"SELECT rowid FROM item_search WHERE {_MATCHES} LIMIT :limit"),  # noqa: S608 - our text
            {**_bound(words), "limit": limit},
        ).scalars()
    )


def ids_in_order_listed(connection: Connection, words: Sequence[str], limit: int) -> list[str]:
    """SQLCipher only: return the ids of items that have all words, in the order of listing; limit 0 returns all."""
    return list(
        connection.execute(
            text(
                "SELECT item_id FROM item_search CROSS JOIN items ON items.rowid = item_search.rowid"  # noqa: S608 - our text
                f" WHERE {_MATCHES} LIMIT :limit"
            ),
            {**_bound(words), "limit": limit or -1},
        ).scalars()
    )


def _places(words: Sequence[str]) -> list[tuple[str, str]]:
    """Return the first word of letters that is followed by a number of at most two digits, with it: `Vault 3`.

    The list is empty if there is none. They must follow each other in the item, unless the number is its serial:
    otherwise the search would find every item whose serial begins or ends with a 3.
    """
    return [
        (word, number)
        for word, number in pairwise(words)
        if word.isalpha() and number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS_OF_PLACE
    ][:1]


def _bound(words: Sequence[str]) -> dict[str, str]:
    """Return the values of `_MATCHES`. Words of letters alone need no escaping in GLOB."""
    place, serial = "*", "*"
    for word, number in _places(words):
        place, serial = f"* {word}[ -/]{number}[^0-9]*", f"{number} *"
    return {"words": _expression(words), "place": place, "serial": serial}


_MATCHES: Final = (
    "item_search MATCH :words AND"
    " ((' ' || item_search.search_text || ' ') GLOB :place OR item_search.search_text GLOB :serial)"
)


def _expression(words: Sequence[str]) -> str:
    """Return the words as an FTS5 query."""

    def begins(term: str) -> str:
        quoted = term[:MAX_TERM_CHARS].replace('"', '""')
        return f'"{quoted}" *'

    return " AND ".join(f"({begins(word)} OR {begins(BACKWARDS + word[::-1])})" for word in words)


def _lexeme(term: str) -> str:
    quoted = term[:MAX_TERM_CHARS].replace("\\", "\\\\").replace("'", "''")
    return f"'{quoted}'"
