"""Attacks on proof slips and heads. Each is tried on the app and on the stand-alone verifier in docs."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from db.chains import entry_hash_at
from db.queries.log import log_head_of
from db.queries.visits import closing
from db.tables import journal
from eum_app.crypto.certificates import issue_hq, make_authority
from eum_app.crypto.identities import Identity
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal
from eum_app.domain.merkle import node_hash, root_from_inclusion
from eum_app.domain.proof_slips import Slip, decode_slip, encode_slip, leaf_of, record_of
from eum_app.domain.tree_heads import HEAD_PURPOSE, SignedHead, TreeHead, decode_head, encode_head, encode_statement
from eum_app.usecases.exchange.trust import identity_of
from eum_app.usecases.proofs.log_head import sign_log_head
from eum_app.usecases.proofs.make_slip import Subject, make_slip
from eum_app.usecases.proofs.verify_slip import Trust, Verdict, verify_head, verify_slip
from tests.proofs import Proved, proved_world

SCRIPT = Path(__file__).parents[2] / "docs" / "verify_slip.py"
AT = datetime.now(UTC) - timedelta(days=2)


@pytest.fixture(scope="module")
def proved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proved]:
    made = proved_world(tmp_path_factory.mktemp("proofs") / "world")
    yield made
    made.world.close()


@pytest.fixture(scope="module")
def slip(proved: Proved) -> Slip:
    return make_slip(proved.world.hq, Subject.ITEM, proved.items[0]).slip


@pytest.fixture(scope="module")
def root(slip: Slip) -> str:
    assert slip.signed is not None
    return verify_head(slip.signed).root_fingerprint


@pytest.fixture(scope="module")
def script() -> Any:
    found = importlib.util.spec_from_file_location("verify_slip", SCRIPT)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


Judge = Callable[[bytes], str]


@pytest.fixture
def judge(root: str, script: Any) -> Judge:
    """Both verifiers' verdict on the bytes of a slip: "" unless it holds, else the record that it proves."""

    def judged(data: bytes) -> str:
        if verdict_of_both(script, data, root) is not Verdict.HOLDS:
            return ""
        return decode_slip(data).record.hex()

    return judged


def verdict_of_both(
    script: Any, data: bytes, root: str, *witnesses: str, held: bytes | None = None, now: datetime | None = None
) -> Verdict:
    """The verdict of the app and of the script, which must be the same."""
    try:
        head = decode_head(held) if held else None
        ours = verify_slip(decode_slip(data), Trust(root, witnesses), head, now=now).verdict
    except Refusal:
        ours = Verdict.FAILS
    try:
        script.verify(data, root, held, witnesses, now)
        theirs = Verdict.HOLDS
    except script.NotProved:
        theirs = Verdict.CLAIMED
    except Exception:  # noqa: BLE001 - as its own main does
        theirs = Verdict.FAILS
    assert ours is theirs, "the two verifiers differ"
    return ours


def test_both_verifiers_accept_the_slip(slip: Slip, judge: Judge, root: str, script: Any, tmp_path: Path) -> None:
    data = encode_slip(slip)
    assert judge(data) == slip.record.hex()
    record, head, seen = script.verify(data, root)
    assert record["kind"] == "CheckRecorded"
    assert record["payload"]["outcome"] == "verified"
    assert (head["size"], seen) == (slip.size, [])
    file = tmp_path / "a.eumslip"
    file.write_bytes(data)
    told = subprocess.run(
        [sys.executable, str(SCRIPT), str(file), "--root", root], capture_output=True, text=True, check=True
    )
    assert told.stdout.splitlines()[-1] == "Holds. Unwitnessed."
    file.write_bytes(data[:-1])
    command = [sys.executable, str(SCRIPT), str(file), "--root", root]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert told.stdout.startswith("DOES NOT HOLD")
    assert len(SCRIPT.read_text("utf-8").splitlines()) < 200


def test_the_script_judges_only_what_it_could_read(slip: Slip, root: str, script: Any, tmp_path: Path) -> None:
    file = tmp_path / "a.eumslip"
    file.write_bytes(encode_slip(slip))
    large = tmp_path / "large"
    with large.open("wb") as sparse:
        sparse.truncate(2**33)
    missing = tmp_path / "missing"
    for given in ((missing,), (tmp_path,), (large,), (file, "--head", missing), (file, "--head", Path("/dev/zero"))):
        command = [sys.executable, str(SCRIPT), *map(str, given), "--root", root]
        told = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (told.returncode, told.stdout) == (2, ""), given
        assert "nothing was judged" in told.stderr
    # An empty file is a head that the reader holds, and not none: the slip's own head would hold instead.
    with pytest.raises(ValueError, match="cut off"):
        script.verify(encode_slip(slip), root, b"")


@pytest.mark.parametrize("suite", Suite)
def test_both_suites_hold_in_the_script(suite: Suite, tmp_path: Path, script: Any) -> None:
    made = proved_world(tmp_path / "world", suite)
    done = make_slip(made.world.hq, Subject.VISIT, made.visit_id)
    assert done.slip.signed is not None
    root = verify_head(done.slip.signed).root_fingerprint
    assert script.verify(done.data, root)[0]["kind"] == "VisitClosedOut"
    assert done.short is not None
    assert script.verify(done.short, root, encode_head(done.slip.signed))[0]["kind"] == "VisitClosedOut"
    with pytest.raises(ValueError, match="no head"):
        script.verify(done.short, root)
    made.world.close()


def test_every_flipped_bit_is_refused(slip: Slip, judge: Judge) -> None:
    data = encode_slip(slip)
    for place in range(len(data)):
        for bit in range(8):
            with pytest.raises(Refusal, match=r"proof\.unreadable"):
                decode_slip(flipped(data, place, bit))


def test_a_forger_who_makes_the_check_again_proves_nothing_else(slip: Slip, judge: Judge) -> None:
    body = encode_slip(slip)[:-16]
    signed = len(body) - len(encode_head(slip.signed)) if slip.signed else 0
    for place in [*range(signed), *range(signed, len(body), 5)]:
        forged = flipped(body, place, place % 8)
        assert judge(forged + hashlib.sha384(forged).digest()[:16]) in {"", slip.record.hex()}, place


def flipped(data: bytes, place: int, bit: int) -> bytes:
    return data[:place] + bytes((data[place] ^ (1 << bit),)) + data[place + 1 :]


def test_cut_and_extended_files_are_refused(slip: Slip, judge: Judge) -> None:
    data = encode_slip(slip)
    for size in range(0, len(data), 11):
        assert judge(data[:size]) == ""
    assert judge(data + b"\0") == ""
    body = data[:-16] + b"\0"
    assert judge(body + hashlib.sha384(body).digest()[:16]) == ""


def test_a_record_that_is_not_in_the_journal_is_refused(slip: Slip, judge: Judge) -> None:
    entry = slip.entry
    payload = json.loads(entry.payload) | {"outcome": "not_found"}
    import msgspec

    other = msgspec.structs.replace(entry, payload=json.dumps(payload).encode())
    assert judge(encode_slip(replace(slip, record=record_of(other)))) == ""
    assert judge(encode_slip(replace(slip, index=slip.index ^ 1))) == ""
    assert judge(encode_slip(replace(slip, size=slip.size + 1))) == ""
    assert judge(encode_slip(replace(slip, salt=bytes(32)))) == ""


def test_a_node_of_the_tree_passes_for_no_leaf(slip: Slip, judge: Judge) -> None:
    """Second preimage: show the hashes of two leaves as the content of one leaf, one level higher."""
    leaf, sibling = leaf_of(slip.record, slip.salt), slip.path[0]
    pair = leaf + sibling if slip.index % 2 == 0 else sibling + leaf
    assert slip.signed is not None
    root = slip.signed.head.root_bytes
    parent = hashlib.sha384(b"\x01" + pair).digest()
    assert parent == node_hash(pair[:48], pair[48:])
    higher = root_from_inclusion(slip.index // 2, (slip.size + 1) // 2, parent, slip.path[1:])
    if slip.size % 2 == 0:
        assert higher == root  # so only the prefixes keep the node from being a leaf
    forged = replace(
        slip, record=pair[32:], salt=pair[:32], index=slip.index // 2, size=(slip.size + 1) // 2, path=slip.path[1:]
    )
    assert forged.root != root
    assert judge(encode_slip(forged)) == ""


def test_siblings_reveal_nothing_to_a_reader_who_guesses(proved: Proved, slip: Slip) -> None:
    """A reader knows the neighbor word for word, and still cannot confirm it without its salt."""
    other = make_slip(proved.world.hq, Subject.ITEM, proved.items[1]).slip
    assert other.salt != slip.salt
    hashes = set(slip.path)
    for salt in (slip.salt, bytes(32), b""):
        assert leaf_of(other.record, salt) not in hashes
    assert hashlib.sha384(other.record).digest() not in hashes
    assert all(name not in encode_slip(replace(slip, signed=None)) for name in (b"prev_hash", other.record[:40]))


def test_a_record_shows_no_hash_of_a_journal(proved: Proved) -> None:
    """With an unsalted hash of a journal, a reader could confirm a guess, or a leaked copy, of what is before it."""
    hq = proved.world.hq
    with hq.store.reading() as connection:
        entries = connection.execute(select(journal.c.hash, journal.c.payload)).all()
    hashes = [row.hash for row in entries] + [hashlib.sha384(row.payload).digest() for row in entries]
    for subject, subject_id in (
        (Subject.ITEM, proved.items[0]),
        (Subject.VISIT, proved.visit_id),
        (Subject.FINDING, proved.finding_id),
    ):
        made = make_slip(hq, subject, subject_id)
        assert not made.shows_journal_hash
        for one in hashes:
            for spelled in (one, base64.b64encode(one), one.hex().encode(), one.hex().upper().encode()):
                assert spelled not in made.slip.record
    with proved.world.device.store.reading() as connection:  # the device still knows what was signed
        closed = closing(connection, proved.visit_id)
        assert closed is not None
        assert closed.head_hash == entry_hash_at(connection, "FLD-0042", 1, closed.head_seq) != b""


def test_a_close_out_of_an_earlier_version_says_that_it_shows_the_hash(proved: Proved, slip: Slip) -> None:
    closed = make_slip(proved.world.hq, Subject.VISIT, proved.visit_id)
    import msgspec

    payload = json.loads(closed.slip.entry.payload) | {"head_hash": base64.b64encode(b"h" * 48).decode()}
    older = msgspec.structs.replace(closed.slip.entry, payload=json.dumps(payload).encode())
    assert replace(closed, slip=replace(closed.slip, record=record_of(older))).shows_journal_hash


def signed_by(identity: Identity, head: TreeHead) -> SignedHead:
    statement = encode_statement(head)
    chain = tuple(certificate.der for certificate in identity.chain)
    return SignedHead(statement, identity.signing.sign(HEAD_PURPOSE, statement), chain)


def forged_slip(slip: Slip, identity: Identity, **changes: Any) -> bytes:
    assert slip.signed is not None
    import msgspec

    head = msgspec.structs.replace(slip.signed.head, **changes)
    return encode_slip(replace(slip, signed=signed_by(identity, head)))


def test_who_may_not_sign_a_head(proved: Proved, slip: Slip, judge: Judge, root: str) -> None:
    with proved.world.hq.store.reading() as connection:
        own = identity_of(proved.world.hq, connection)
    with proved.world.device.store.reading() as connection:
        device = identity_of(proved.world.device, connection)
    authority = make_authority("Ministry", at=AT, suite=Suite.P384)
    stranger = issue_hq(authority, hq_id="HQ-01", name="HQ-01", at=AT)
    assert judge(forged_slip(slip, own)) == slip.record.hex()
    assert judge(forged_slip(slip, device)) == ""
    assert judge(forged_slip(slip, device, origin=device.origin)) == ""
    assert judge(forged_slip(slip, stranger)) == ""
    assert judge(forged_slip(slip, own, origin="HQ-02")) == ""
    assert judge(forged_slip(slip, own, signed_at="2019-01-01T00:00:00.000000Z")) == ""
    assert judge(forged_slip(slip, own, size=slip.size + 1)) == ""
    by_stranger = decode_slip(forged_slip(slip, stranger))
    assert verify_slip(by_stranger).verdict is Verdict.UNALTERED
    assert verify_slip(by_stranger, Trust(root)).verdict is Verdict.FAILS
    assert verify_slip(by_stranger, Trust(session=proved.world.hq)).verdict is Verdict.FAILS


def test_a_signature_for_another_purpose_signs_no_head(proved: Proved, slip: Slip, judge: Judge) -> None:
    assert slip.signed is not None
    with proved.world.hq.store.reading() as connection:
        own = identity_of(proved.world.hq, connection)
    statement = slip.signed.statement
    forged = replace(slip.signed, signature=own.signing.sign("eum/bundle/1", statement))
    assert judge(encode_slip(replace(slip, signed=forged))) == ""


def test_a_short_slip_holds_by_its_own_head_only(proved: Proved, slip: Slip, root: str) -> None:
    hq = proved.world.hq
    size = sign_log_head(hq).size
    with hq.store.reading() as connection:
        later = log_head_of(connection, 1, size)
    assert later is not None
    short = replace(slip, signed=None)
    assert verify_slip(short, Trust(root), slip.signed).verdict is Verdict.HOLDS
    assert verify_slip(short, Trust(root), later).verdict is Verdict.FAILS
    assert verify_slip(slip, Trust(root), later).verdict is Verdict.FAILS


def test_statements_have_one_spelling(slip: Slip, judge: Judge, proved: Proved) -> None:
    """Other spellings of a head are refused although HQ's key signed them, so that a head has one hash."""
    assert slip.signed is not None
    with proved.world.hq.store.reading() as connection:
        own = identity_of(proved.world.hq, connection)
    said = slip.signed.statement
    for statement in (
        said.replace(b'"size":', b'"size": '),
        said.replace(b'"epoch":1', b'"epoch":1.0'),
        said.replace(b'"epoch":1', b'"epoch":true'),
        said.replace(b'"version":1', b'"version":2'),
        said.replace(b'"epoch":1', b'"epoch":1,"epoch":1'),
        said.replace(b"}", b',"more":1}'),
    ):
        assert statement != said
        again = replace(slip.signed, statement=statement, signature=own.signing.sign(HEAD_PURPOSE, statement))
        body = encode_slip(replace(slip, signed=again))
        assert judge(body) == ""
        with pytest.raises(Refusal, match=r"proof\.unreadable"):
            decode_slip(body)
