"""Heads with witnesses, an HQ that turns, and attempts to fool a witness."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from eum_app.crypto.passphrases import KdfParams
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal
from eum_app.domain.tree_heads import HEAD_PURPOSE, SignedHead, decode_head, encode_head, encode_statement
from eum_app.usecases.exchange.trust import identity_of
from eum_app.usecases.proofs.add_witness import add_witness
from eum_app.usecases.proofs.log_head import export_head
from eum_app.usecases.proofs.make_slip import Subject, make_slip
from eum_app.usecases.proofs.verify_slip import (
    Comparison,
    Trust,
    Verdict,
    compare_heads,
    is_named_proof,
    read_head,
    read_proof,
    verify_head,
    verify_slip,
)
from eum_app.usecases.proofs.witness import COSIGNED, FORKS, cosign, create_witness, read_witness
from eum_app.usecases.review.findings import review_finding
from eum_app.usecases.session import Session
from eum_app.usecases.store.open_store import open_store
from tests.builders import PASSPHRASE, copy_unnoticed
from tests.faults.test_proofs import script as script
from tests.proofs import Proved, proved_world

WORDS = "witness of nothing but heads"


@dataclass
class Seen:
    """An HQ with a closed visit, and a witness's folder."""

    proved: Proved
    folder: Path
    root: str
    fingerprint: str

    @property
    def hq(self) -> Session:
        return self.proved.world.hq

    def head(self, hq: Session | None = None, since: int = 0) -> SignedHead:
        path = self.folder.parent / "head.eumhead"
        export_head(hq or self.hq, path, since)
        return read_head(path)

    def cosign(self, signed: SignedHead, **about: Any) -> SignedHead:
        path = self.folder.parent / "cosigned.eumhead"
        cosign(self.folder, WORDS, signed, path, now=self.proved.world.clock, **({"root": self.root} | about))
        return read_head(path)

    def refused(self, signed: SignedHead, **about: Any) -> str:
        output = self.folder.parent / "none.eumhead"
        with pytest.raises(Refusal) as refused:
            cosign(self.folder, WORDS, signed, output, **({"root": self.root} | about))
        assert not output.exists()
        assert not (self.folder / "cosigning").exists()
        return refused.value.code


@pytest.fixture
def seen(tmp_path: Path) -> Iterator[Seen]:
    yield from seen_in(tmp_path, Suite.P384)


def seen_in(folder: Path, suite: Suite) -> Iterator[Seen]:
    proved = proved_world(folder / "world", suite)
    made = create_witness(folder / "witness", "Embassy", WORDS, suite, KdfParams.fast_for_tests(suite))
    path = folder / "first.eumhead"
    export_head(proved.world.hq, path)
    yield Seen(proved, folder / "witness", verify_head(read_head(path)).root_fingerprint, made.fingerprint)
    proved.world.close()


@pytest.mark.parametrize("suite", Suite)
def test_a_slip_names_its_witness(tmp_path: Path, suite: Suite, script: Any) -> None:
    for seen in seen_in(tmp_path, suite):
        added = add_witness(seen.hq, seen.cosign(seen.head()))
        assert added.witnesses == (("Embassy", seen.fingerprint),)
        assert add_witness(seen.hq, seen.cosign(seen.head())).witnesses  # a later head, too
        made = make_slip(seen.hq, Subject.ITEM, seen.proved.items[0])
        assert made.witnesses == ("Embassy",)
        assert len(made.data) <= (12_000 if suite is Suite.P384 else 36_000)
        for named, verdict, is_known in (
            ((seen.fingerprint.lower().replace("-", " "),), Verdict.HOLDS, True),
            ((), Verdict.HOLDS, None),
            (("AAAAA-BBBBB-CCCCC-DDDDD-EEEEE",), Verdict.FAILS, False),
        ):
            proof = verify_slip(made.slip, Trust(seen.root, named))
            assert proof.verdict is verdict
            assert proof.head is not None
            assert [(one.witness, one.holds, one.is_known) for one in proof.head.witnesses] == [
                ("Embassy", True, is_known)
            ]
        assert script.verify(made.data, seen.root, None, [seen.fingerprint])[2][0][:2] == ("Embassy", seen.fingerprint)
        with pytest.raises(ValueError, match="no such witness"):
            script.verify(made.data, seen.root, None, ["AAAAA"])
        # A rebuild keeps the witness.
        seen.hq.store.rebuild()
        assert make_slip(seen.hq, Subject.ITEM, seen.proved.items[0]).witnesses == ("Embassy",)


def test_the_script_calls_a_slip_witnessed_only_by_a_key_that_was_named(
    seen: Seen, script: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add_witness(seen.hq, seen.cosign(seen.head()))
    slip = tmp_path / "slip.eumslip"
    slip.write_bytes(make_slip(seen.hq, Subject.ITEM, seen.proved.items[0]).data)
    for named, last in (((), "Holds. Unwitnessed."), (("--witness", seen.fingerprint.lower()), "Holds.")):
        monkeypatch.setattr("sys.argv", ["verify_slip.py", str(slip), "--root", seen.root, *named])
        script.main()  # it would raise SystemExit(1)
        assert capsys.readouterr().out.splitlines()[-1] == last


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes as files")
def test_a_pipe_in_place_of_a_proof_is_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    assert not is_named_proof(pipe)
    with pytest.raises(Refusal, match=r"file\.unreadable"):
        read_proof([pipe])


def test_an_altered_or_foreign_cosignature_counts_for_nothing(seen: Seen, script: Any) -> None:
    cosigned, other = seen.cosign(seen.head()), seen.head()
    (one,) = cosigned.cosignatures
    for forged in (
        replace(one, signature=one.signature[:-1] + bytes((one.signature[-1] ^ 1,))),
        replace(one, statement=one.statement.replace(b"Embassy", b"Ministr")),
        replace(one, key=one.key[:-1] + bytes((one.key[-1] ^ 1,))),
    ):
        head = replace(cosigned, cosignatures=(forged,))
        proof = verify_head(head, Trust(seen.root, (seen.fingerprint,)))
        assert proof.verdict is Verdict.FAILS
        assert verify_head(head, Trust(seen.root)).verdict is Verdict.FAILS
        with pytest.raises(Refusal, match=r"witness\.invalid"):
            add_witness(seen.hq, head)
        made = make_slip(seen.hq, Subject.ITEM, seen.proved.items[0])
        assert made.witnesses == ()
    moved = replace(other, cosignatures=(one,))  # of an earlier head
    assert verify_head(moved, Trust(seen.root)).verdict is Verdict.FAILS
    with pytest.raises(Refusal, match=r"witness\.invalid"):
        add_witness(seen.hq, moved)
    with pytest.raises(Refusal, match=r"witness\.none"):
        add_witness(seen.hq, other)


def test_the_witness_follows_an_honest_hq(seen: Seen) -> None:
    first = seen.cosign(seen.head())
    review_finding(seen.hq, seen.proved.finding_id, decision="escalate", comment="Asked the host")
    second = seen.cosign(seen.head(), root="")  # the authority is known by now
    assert second.head.size > first.head.size
    again = seen.cosign(second)
    assert again.statement == second.statement
    assert len(again.cosignatures) == 1


def test_a_lost_answer_is_continued_from_the_size_that_the_witness_names(seen: Seen) -> None:
    size = seen.cosign(seen.head()).head.size  # never came back to HQ
    for _ in range(9):
        late = seen.head()
    assert size not in {proof.size for proof in late.proofs}
    assert seen.refused(late) == "witness.no_proof"
    assert seen.cosign(seen.head(since=size)).head.size > size


def test_the_first_head_needs_the_fingerprint(seen: Seen) -> None:
    head = seen.head()
    assert seen.refused(head, root="") == "witness.root_needed"
    assert seen.refused(head, root="AAAAA-AAAAA-AAAAA-AAAAA-AAAAA") == "report.other_root"
    assert not (seen.folder / COSIGNED).exists()


def turned(seen: Seen, folder: Path) -> Session:
    """HQ's people copy the store unnoticed, and go on with both."""
    copy = copy_unnoticed(seen.hq, folder / "hq")
    return open_store(copy, "REV-004", PASSPHRASE, now=seen.proved.world.clock)


def test_an_hq_that_shows_two_histories_is_caught(seen: Seen, tmp_path: Path) -> None:
    first = seen.cosign(seen.head())
    other = turned(seen, tmp_path / "copy")
    review_finding(seen.hq, seen.proved.finding_id, decision="escalate", comment="Missing since May")
    review_finding(other, seen.proved.finding_id, decision="escalate", comment="Was never there")
    shown = seen.cosign(seen.head())
    hidden = seen.head(other, since=first.head.size)
    while hidden.head.size < shown.head.size:
        hidden = seen.head(other, since=first.head.size)
    assert compare_heads(hidden, first) is Comparison.CONSISTENT  # each alone looks honest
    assert compare_heads(shown, first) is Comparison.CONSISTENT
    # HQ can only stay silent about the witness's head, or give itself away.
    assert compare_heads(hidden, shown) in {Comparison.FORK, Comparison.NOT_PROVED}
    assert seen.refused(hidden) in {"witness.no_proof", "witness.fork"}
    owed = seen.head(other, since=shown.head.size)
    assert compare_heads(shown, owed) is Comparison.FORK
    assert seen.refused(owed) == "witness.fork"
    evidence = sorted((seen.folder / FORKS).iterdir())
    assert len(evidence) >= 2
    one, two = (read_head(path) for path in evidence[-2:])
    assert compare_heads(one, two) is Comparison.FORK
    assert verify_head(one, Trust(seen.root)).verdict is Verdict.HOLDS
    assert verify_head(two, Trust(seen.root)).verdict is Verdict.HOLDS
    assert seen.cosign(seen.head(since=shown.head.size)).head.size > shown.head.size  # the shown history goes on
    other.store.close()


def resigned(seen: Seen, signed: SignedHead, **changes: Any) -> SignedHead:
    """A head as HQ's key can sign it, whatever the log holds."""
    with seen.hq.store.reading() as connection:
        identity = identity_of(seen.hq, connection)
    statement = encode_statement(msgspec.structs.replace(signed.head, **changes))
    return replace(signed, statement=statement, signature=identity.signing.sign(HEAD_PURPOSE, statement))


def test_tricks_on_the_witness(seen: Seen) -> None:
    first = seen.head()
    seen.cosign(first)
    later = seen.head(since=first.head.size)
    proof = next(one for one in later.proofs if one.size == first.head.size)
    same_size = resigned(seen, first, root="00" * 48)
    assert seen.refused(same_size) == "witness.fork"
    assert compare_heads(first, same_size) is Comparison.FORK
    for forged in (
        replace(later, proofs=()),
        replace(later, proofs=(replace(proof, path=proof.path[:-1]),)),
        replace(later, proofs=(replace(proof, path=(bytes(48), *proof.path[1:])),)),
        replace(later, proofs=(replace(proof, root=bytes(48)),)),
        replace(later, proofs=(replace(proof, size=proof.size - 1),)),
        resigned(seen, later, root="00" * 48),
    ):
        assert seen.refused(forged) == "witness.no_proof"
    assert seen.refused(resigned(seen, first, size=first.head.size - 1)) == "witness.older"
    assert seen.refused(replace(later, signature=first.signature)) == "signature.invalid"
    assert seen.refused(resigned(seen, later, origin="HQ-02")) == "log.other_signer"
    assert seen.refused(resigned(seen, later, origin="../HQ")) == "witness.not_signed"
    assert seen.refused(resigned(seen, later, epoch=2)) == "witness.new_log"
    assert seen.cosign(later).head.size == later.head.size
    assert seen.refused(first) == "witness.older"


def test_a_new_log_is_cosigned_with_consent_and_the_old_one_no_more(seen: Seen) -> None:
    from eum_app.usecases.store.renew_journal import renew_journal

    old = seen.head()
    cosigned = seen.cosign(old)
    renew_journal(seen.hq)
    new = seen.head()
    assert new.head.epoch == 2
    assert seen.refused(new) == "witness.new_log"
    assert seen.cosign(new, new_log=True).head.epoch == 2
    assert seen.cosign(seen.head()).head.epoch == 2
    assert seen.refused(old) == "witness.old_log"
    with pytest.raises(Refusal, match=r"log\.no_such_head"):
        add_witness(seen.hq, cosigned)


def test_a_changed_folder_is_noticed(seen: Seen) -> None:
    first, later = seen.cosign(seen.head()), seen.head()
    (kept,) = (seen.folder / COSIGNED).iterdir()
    honest = kept.read_bytes()
    for forged in (
        b"",
        honest[:-1],
        encode_head(replace(decode_head(honest), cosignatures=())),
        encode_head(replace(decode_head(honest), statement=later.statement)),
    ):
        kept.write_bytes(forged)
        assert seen.refused(later) == "witness.damaged"
    kept.write_bytes(honest)
    assert seen.cosign(later).head.size > first.head.size


def test_keys_and_passphrases_of_a_witness(seen: Seen, tmp_path: Path) -> None:
    head = seen.head()
    with pytest.raises(Refusal, match=r"passphrase\.wrong"):
        cosign(seen.folder, "another", head, tmp_path / "no.eumhead", root=seen.root)
    with pytest.raises(Refusal, match=r"witness\.exists"):
        create_witness(seen.folder, "Embassy", WORDS)
    with pytest.raises(Refusal, match=r"witness\.bad_name"):
        create_witness(tmp_path / "w2", "Em\nbassy", WORDS)
    with pytest.raises(Refusal, match=r"witness\.absent"):
        read_witness(tmp_path / "none")
    key = (seen.folder / "witness.json").read_bytes()
    (seen.folder / "witness.json").write_bytes(key.replace(b"Embassy", b"Ministr"))
    with pytest.raises(Refusal, match=r"passphrase\.wrong"):  # the name is bound to the key
        cosign(seen.folder, WORDS, head, tmp_path / "no.eumhead", root=seen.root)
    (seen.folder / "witness.json").write_bytes(key[:-20])
    with pytest.raises(Refusal, match=r"witness\.damaged"):
        read_witness(seen.folder)
    assert not (tmp_path / "no.eumhead").exists()


def test_two_at_once_cannot_cosign(seen: Seen) -> None:
    head = seen.head()
    (seen.folder / "cosigning").touch()
    with pytest.raises(Refusal, match=r"witness\.busy"):
        cosign(seen.folder, WORDS, head, seen.folder.parent / "no.eumhead", root=seen.root)
    (seen.folder / "cosigning").unlink()
    seen.cosign(head)


def test_a_restored_older_folder_is_what_a_witness_cannot_notice(seen: Seen, tmp_path: Path) -> None:
    """Documented: the witness forgets later heads, and still cosigns nothing that contradicts that."""
    first = seen.head()
    seen.cosign(first)
    shutil.copytree(seen.folder, tmp_path / "older")
    seen.cosign(seen.head())
    shutil.rmtree(seen.folder)
    shutil.copytree(tmp_path / "older", seen.folder)
    assert seen.refused(resigned(seen, first, root="00" * 48)) == "witness.fork"


@pytest.mark.parametrize("suite", Suite)
def test_heads_travel_as_qr_symbols(tmp_path: Path, suite: Suite) -> None:
    for seen in seen_in(tmp_path, suite):
        done = export_head(seen.hq, tmp_path / "qr.png")
        assert len(done.paths) <= (4 if suite is Suite.P384 else 16)
        signed = decode_head(read_proof(list(reversed(done.paths))))
        assert signed.head.size == done.size
        back = cosign(seen.folder, WORDS, signed, tmp_path / "back.png", root=seen.root, now=seen.proved.world.clock)
        assert add_witness(seen.hq, decode_head(read_proof(back.paths))).witnesses
        with pytest.raises(Refusal, match=r"symbols\.missing"):
            read_proof(done.paths[1:])
        with pytest.raises(Refusal, match=r"symbols\.mixed"):
            read_proof([*done.paths, *back.paths])
