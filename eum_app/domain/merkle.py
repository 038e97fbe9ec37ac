"""A Merkle tree as in RFC 9162, section 2.1, with SHA-384: roots, inclusion proofs and consistency proofs.

The tree is never held as a whole. The functions that make a proof ask for the hashes of complete subtrees, and the
caller decides how these are stored (`db.tiles`). The functions that verify a proof need nothing but the proof.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from eum_app.domain.errors import Refusal

HASH_BYTES: Final = 48
MAX_SIZE: Final = 2**53 - 1
"""Most leaves of a tree: the largest number that every reader of JSON keeps exactly."""
MAX_PATH: Final = 64
"""Most hashes of one proof; readers refuse more before they hash any."""

Subtree = Callable[[int, int], bytes]
"""Returns the hash over the leaves `index << height` to `(index + 1) << height`, from (height, index)."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf. The prefix 00 keeps it apart from the hash of two subtrees."""
    return hashlib.sha384(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash over two subtrees. The prefix 01 keeps it apart from the hash of a leaf."""
    return hashlib.sha384(b"\x01" + left + right).digest()


def root_of(size: int, subtree: Subtree) -> bytes:
    """Return the root over the first `size` leaves; SHA-384 of nothing for an empty tree."""
    return _hash_of(0, size, subtree) if size else hashlib.sha384().digest()


def inclusion_path(index: int, size: int, subtree: Subtree) -> tuple[bytes, ...]:
    """Return the proof that leaf `index` is in the tree over the first `size` leaves (RFC 9162, 2.1.3.1).

    Raises ValueError unless 0 ≤ index < size.
    """
    if not 0 <= index < size:
        message = "the leaf is not in the tree"
        raise ValueError(message)
    path, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_hash_of(middle, end, subtree))
            end = middle
        else:
            path.append(_hash_of(start, middle, subtree))
            start = middle
    return tuple(reversed(path))


def consistency_path(old: int, size: int, subtree: Subtree) -> tuple[bytes, ...]:
    """Return the proof that the first `old` leaves of a tree of `size` are a tree by themselves (RFC 9162, 2.1.4.1).

    Raises ValueError unless 0 < old ≤ size.
    """
    if not 0 < old <= size:
        message = "the old tree is not a part of the new one"
        raise ValueError(message)
    path, start, end = [], 0, size
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_hash_of(middle, end, subtree))
            end = middle
        else:
            path.append(_hash_of(start, middle, subtree))
            start = middle
    if start:
        path.append(_hash_of(start, end, subtree))
    return tuple(reversed(path))


def root_from_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes:
    """Return the root that the proof leads to, for the hash of a leaf (RFC 9162, 2.1.3.2).

    The leaf is in the tree if the root is that of a signed head of this size. Raises Refusal `proof.invalid` for a
    proof of an impossible shape.
    """
    if not 0 <= index < size:
        raise Refusal("proof.invalid")
    first, last, root = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise Refusal("proof.invalid")
        if first & 1 or first == last:
            root = node_hash(sibling, root)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        first, last = first >> 1, last >> 1
    if last:
        raise Refusal("proof.invalid")
    return root


@dataclass(frozen=True)
class Consistency:
    """A proof that a tree began with the `size` leaves under `root`."""

    size: int
    root: bytes
    path: tuple[bytes, ...]


def is_consistent(proof: Consistency, size: int, root: bytes) -> bool:
    """Whether the proof holds in the tree of `size` leaves under `root` (RFC 9162, 2.1.4.2).

    If it does, `proof.root` is the only root that the first `proof.size` leaves of that tree can have.
    """
    if proof.size == size:
        return not proof.path and proof.root == root
    if not 0 < proof.size < size:
        return False
    path = list(proof.path)
    if proof.size & (proof.size - 1) == 0:
        path.insert(0, proof.root)
    if not path:
        return False
    first, last = proof.size - 1, size - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        first, last = first >> 1, last >> 1
    return last == 0 and old == proof.root and new == root


def _split(count: int) -> int:
    """Return the largest power of two below `count` (at least 2)."""
    return 1 << ((count - 1).bit_length() - 1)


def _hash_of(start: int, end: int, subtree: Subtree) -> bytes:
    count = end - start
    if count & (count - 1) == 0:
        height = count.bit_length() - 1
        return subtree(height, start >> height)
    middle = start + _split(count)
    return node_hash(_hash_of(start, middle, subtree), _hash_of(middle, end, subtree))
