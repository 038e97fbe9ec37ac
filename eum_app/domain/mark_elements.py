"""The data elements of a mark, in order and by identifier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from eum_app.domain.mark_syntax import Element


class Elements(Mapping[str, str]):
    """The data elements of a mark, in order.

    As a mapping it returns the first value of each identifier; `pairs` holds all elements, repeated ones too.
    """

    __slots__ = ("pairs",)

    def __init__(self, pairs: tuple[Element, ...] = ()) -> None:
        self.pairs = pairs

    def __getitem__(self, identifier: str) -> str:
        for element in self.pairs:
            if element.identifier == identifier:
                return element.value
        raise KeyError(identifier)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(element.identifier for element in self.pairs))

    def __len__(self) -> int:
        return len({element.identifier for element in self.pairs})

    def __hash__(self) -> int:
        return hash(self.pairs)

    def __eq__(self, other: object) -> bool:
        return self.pairs == other.pairs if isinstance(other, Elements) else super().__eq__(other)

    def __repr__(self) -> str:
        return f"Elements({self.pairs!r})"

    def values_of(self, *identifiers: str) -> tuple[str, ...]:
        """Return the distinct values of all elements with one of these identifiers, in the order of the mark."""
        return tuple(dict.fromkeys(element.value for element in self.pairs if element.identifier in identifiers))
