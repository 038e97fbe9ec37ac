"""Read the parts of a small binary file, one after the other."""

from __future__ import annotations

from eum_app.domain.errors import Refusal


class ByteReader:
    """The bytes of a file that are not read yet. Each method raises Refusal `proof.unreadable` if too few are left.

    So does `text` for bytes that are not UTF-8, and `end` for any that are left.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def at(self) -> int:
        """Number of bytes read."""
        return self._at

    def take(self, count: int) -> bytes:
        """Return the next `count` bytes."""
        end = self._at + count
        if end > len(self._data):
            raise Refusal("proof.unreadable")
        part = self._data[self._at : end]
        self._at = end
        return part

    def number(self, size: int) -> int:
        """Return an unsigned big-endian number of `size` bytes."""
        return int.from_bytes(self.take(size), "big")

    def part(self) -> bytes:
        """Return bytes that follow their length in 4 bytes."""
        return self.take(self.number(4))

    def text(self) -> str:
        """Return UTF-8 text that follows its length in 4 bytes."""
        try:
            return self.part().decode()
        except UnicodeDecodeError as error:
            raise Refusal("proof.unreadable") from error

    def hashes(self, size: int) -> tuple[bytes, ...]:
        """Return hashes of `size` bytes, which follow their number in 1 byte."""
        return tuple(self.take(size) for _ in range(self.number(1)))

    def end(self) -> None:
        """Require that nothing is left."""
        if self._at != len(self._data):
            raise Refusal("proof.unreadable")


def with_length(data: bytes) -> bytes:
    """Return the bytes after their length in 4 bytes, big-endian."""
    return len(data).to_bytes(4, "big") + data
