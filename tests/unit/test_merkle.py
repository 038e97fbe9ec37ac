"""The tree against a reference that is written from the definitions of RFC 9162, section 2.1, alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eum_app.domain.errors import Refusal
from eum_app.domain.merkle import (
    Consistency,
    consistency_path,
    inclusion_path,
    is_consistent,
    leaf_hash,
    node_hash,
    root_from_inclusion,
    root_of,
)

SIZES = st.integers(1, 200)


def naive_split(count: int) -> int:
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def naive_root(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha384().digest()
    if len(leaves) == 1:
        return hashlib.sha384(b"\x00" + leaves[0]).digest()
    middle = naive_split(len(leaves))
    return hashlib.sha384(b"\x01" + naive_root(leaves[:middle]) + naive_root(leaves[middle:])).digest()


def naive_path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    middle = naive_split(len(leaves))
    if index < middle:
        return [*naive_path(index, leaves[:middle]), naive_root(leaves[middle:])]
    return [*naive_path(index - middle, leaves[middle:]), naive_root(leaves[:middle])]


def naive_subproof(old: int, leaves: Sequence[bytes], is_whole: bool) -> list[bytes]:
    if old == len(leaves):
        return [] if is_whole else [naive_root(leaves)]
    middle = naive_split(len(leaves))
    if old <= middle:
        return [*naive_subproof(old, leaves[:middle], is_whole), naive_root(leaves[middle:])]
    return [*naive_subproof(old - middle, leaves[middle:], False), naive_root(leaves[:middle])]


def leaves_of(count: int, name: str = "leaf") -> list[bytes]:
    return [f"{name} {number}".encode() for number in range(count)]


class Trees:
    """Complete subtrees of a list of leaves."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.leaves = leaves

    def __call__(self, height: int, index: int) -> bytes:
        part = self.leaves[index << height : (index + 1) << height]
        assert len(part) == 1 << height, "only complete subtrees are asked for"
        return naive_root(part)


def test_the_empty_tree_and_the_prefixes() -> None:
    assert root_of(0, Trees([])) == hashlib.sha384().digest()
    assert leaf_hash(b"x") == hashlib.sha384(b"\x00x").digest()
    assert node_hash(b"l" * 48, b"r" * 48) == hashlib.sha384(b"\x01" + b"l" * 48 + b"r" * 48).digest()


@given(SIZES)
def test_roots_are_those_of_the_definition(size: int) -> None:
    leaves = leaves_of(size)
    assert root_of(size, Trees(leaves)) == naive_root(leaves)


@given(SIZES, st.data())
def test_inclusion_proofs_are_those_of_the_definition_and_lead_to_the_root(size: int, data: st.DataObject) -> None:
    leaves, index = leaves_of(size), data.draw(st.integers(0, size - 1))
    path = inclusion_path(index, size, Trees(leaves))
    assert list(path) == naive_path(index, leaves)
    assert root_from_inclusion(index, size, leaf_hash(leaves[index]), path) == naive_root(leaves)


@given(SIZES, st.data())
def test_an_inclusion_proof_holds_for_no_other_place_or_leaf(size: int, data: st.DataObject) -> None:
    leaves, index = leaves_of(size), data.draw(st.integers(0, size - 1))
    path, root = inclusion_path(index, size, Trees(leaves)), naive_root(leaves)

    def leads_to_root(place: int, leaf: bytes, proof: Sequence[bytes]) -> bool:
        try:
            return root_from_inclusion(place, size, leaf, proof) == root
        except Refusal:
            return False

    for other in {0, index - 1, index + 1, index ^ 1, size - 1, size, -1} - {index}:
        assert not leads_to_root(other, leaf_hash(leaves[index]), path)
    assert not leads_to_root(index, leaf_hash(b"not in it"), path)
    assert not leads_to_root(index, leaf_hash(leaves[index]), [*path, b"\0" * 48])
    if path:
        assert not leads_to_root(index, leaf_hash(leaves[index]), path[:-1])
        assert not leads_to_root(index, leaf_hash(leaves[index]), path[1:])


@given(SIZES, st.data())
def test_consistency_proofs_are_those_of_the_definition_and_hold(size: int, data: st.DataObject) -> None:
    leaves, old = leaves_of(size), data.draw(st.integers(1, size))
    path = consistency_path(old, size, Trees(leaves))
    assert list(path) == naive_subproof(old, leaves, True)
    assert is_consistent(Consistency(old, naive_root(leaves[:old]), path), size, naive_root(leaves))


@given(SIZES, st.data())
def test_no_consistency_proof_joins_two_histories(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    changed = data.draw(st.integers(0, old - 1))
    leaves, other = leaves_of(size), leaves_of(size)
    other[changed] = b"rewritten"
    root = naive_root(other)
    for path in (consistency_path(old, size, Trees(leaves)), consistency_path(old, size, Trees(other))):
        assert not is_consistent(Consistency(old, naive_root(leaves[:old]), path), size, root)
        assert not is_consistent(Consistency(old, naive_root(leaves[:old]), path[:-1]), size, root)
        assert not is_consistent(Consistency(old, naive_root(leaves[:old]), (*path, b"\0" * 48)), size, root)


def test_places_outside_the_tree_are_errors() -> None:
    subtree = Trees(leaves_of(4))
    for index, size in ((-1, 4), (4, 4), (0, 0)):
        with pytest.raises(ValueError, match="not in the tree"):
            inclusion_path(index, size, subtree)
    for old, size in ((0, 4), (5, 4)):
        with pytest.raises(ValueError, match="not a part"):
            consistency_path(old, size, subtree)
    assert not is_consistent(Consistency(0, b"", ()), 4, root_of(4, subtree))
    assert not is_consistent(Consistency(5, b"", ()), 4, root_of(4, subtree))
