"""Search as you type: which items have, for each word said, a term that begins with it.

An item's terms stand in its `search_text`: serial and UII, also written backwards behind `BACKWARDS`, so that an ending
is a beginning too (the longer one only, where it ends with the other); and the words of nomenclature, part number and
location. A word with marks in it counts from each of its parts on (`nvg-31a`, `31a`).

SQLCipher answers from a full-text index with the beginnings of up to eight characters kept ready (FTS5, without
positions); PostgreSQL from a GIN index over the same terms, both without any extension. The index follows `items` by
triggers, or by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from sqlalchemy import ColumnElement, Connection, cast, column, func, literal, literal_column, text
from sqlalchemy.dialects.postgresql import TSQUERY

from db.tables import items

BACKWARDS: Final = "\ue000"
"""Of private use: nobody types it."""
MAX_TERM_CHARS: Final = 60
_PREFIXES: Final = "1 2 3 4 5 6 8"
_PART: Final = re.compile(r"(?<![^\W_])(?=[^\W_])")
_BREAK: Final = re.compile(r"[\s\0\u180e]+")

_CREATE: Final = {
    "sqlite": (
        # Every character but spaces belongs to a term: terms are ours, not the tokenizer's.
        f"""CREATE VIRTUAL TABLE item_search USING fts5(search_text, content='items', detail=none, columnsize=0,
            prefix='{_PREFIXES}', tokenize="unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'")""",
        # Its pieces (a million items make some 400) are put together by the 64 and not, as they come, by the four. What
        # is left of them goes on in small steps when items are written.
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
    """Make the index over the items that are there. From then on it follows them."""
    for statement in _CREATE[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def drop(connection: Connection) -> None:
    """Before `items` is dropped."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("DROP TABLE IF EXISTS item_search")


def search_text(serials: Sequence[str], words: Sequence[str]) -> str:
    """Terms with one space between them. `serials` are found by their endings too."""
    terms = [term for serial in serials for term in said(serial)]
    longer = BACKWARDS
    for backwards in sorted([term[::-1] for term in terms], reverse=True):
        if not longer.startswith(backwards):  # else it is found by the longer one's endings
            terms.append(BACKWARDS + backwards)
        longer = backwards
    return " ".join([*[term[:MAX_TERM_CHARS] for term in terms], *filter(None, map(_terms_of, words))])


@lru_cache(maxsize=10_000)  # items by the thousand share an article and a shelf
def _terms_of(words: str) -> str:
    """Each word, and what follows each mark in it; marks alone are no term."""
    return " ".join(
        dict.fromkeys(
            part[:MAX_TERM_CHARS]
            for word in said(words)
            for part in (word, *(word[at.start() :] for at in _PART.finditer(word)))
            if _PART.search(word)
        )
    )


def said(words: str) -> list[str]:
    """The words of a search, as terms are written."""
    if words.isascii() and words.isprintable() and " " not in words:  # nearly every serial
        return [words.lower()] if words else []
    folded = words.casefold()
    return [word for word in _BREAK.split(folded) if word] if _BREAK.search(folded) else [folded] * bool(folded)


def matches(connection: Connection, words: Sequence[str]) -> ColumnElement[bool]:
    """Whether an item has all words. A statement asks this once."""
    if connection.dialect.name == "postgresql":
        question = " & ".join(f"({_lexeme(word)}:* | {_lexeme(BACKWARDS + word[::-1])}:*)" for word in words)
        terms = func.array_to_tsvector(func.string_to_array(items.c.search_text, " "))
        return terms.bool_op("@@")(cast(literal(question), TSQUERY))
    found = text("SELECT rowid FROM item_search WHERE item_search MATCH :sought").bindparams(sought=_expression(words))
    # With the plus SQLite goes on through the index that holds the order, and does not sort what these rows give.
    row: ColumnElement[int] = literal_column("+items.rowid")
    return row.in_(found.columns(column("rowid")))


def first_rowids(connection: Connection, words: Sequence[str], limit: int) -> list[int]:
    """SQLCipher: the first items that have all words, in the order in which they were listed."""
    return list(
        connection.execute(
            text("SELECT rowid FROM item_search WHERE item_search MATCH :words LIMIT :limit"),
            {"words": _expression(words), "limit": limit},
        ).scalars()
    )


def ids_in_order_listed(connection: Connection, words: Sequence[str], limit: int) -> list[str]:
    """SQLCipher: ids of items that have all words; all of them for limit 0."""
    return list(
        connection.execute(
            text(
                "SELECT item_id FROM item_search CROSS JOIN items ON items.rowid = item_search.rowid"
                " WHERE item_search MATCH :words LIMIT :limit"
            ),
            {"words": _expression(words), "limit": limit or -1},
        ).scalars()
    )


def _expression(words: Sequence[str]) -> str:
    """In FTS5's language."""

    def begins(term: str) -> str:
        quoted = term[:MAX_TERM_CHARS].replace('"', '""')
        return f'"{quoted}" *'

    return " AND ".join(f"({begins(word)} OR {begins(BACKWARDS + word[::-1])})" for word in words)


def _lexeme(term: str) -> str:
    quoted = term[:MAX_TERM_CHARS].replace("\\", "\\\\").replace("'", "''")
    return f"'{quoted}'"
