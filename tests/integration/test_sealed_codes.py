"""Recovery codes that a device seals for HQ: a hostile device seals what it likes."""

from __future__ import annotations

from pathlib import Path

import pytest

from db import keyslots
from db.queries import exchange
from eum_app.crypto.sealing import KemPublic
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import RecoveryCodesMade
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.people.recovery import read_out_recovery_code
from tests.builders import Clock, enrol, make_store

CODE = b"\xc4\x10" + bytes(16)
"""One code of 16 bytes in MessagePack."""


@pytest.mark.parametrize(
    "lie", [b"", b"\xc1", b"\x91\xa5short", b"\x91\xc4\x05short", b"\x9b" + CODE * 11, b"\x91" * 100_000]
)
def test_what_is_not_a_set_of_codes_is_refused_and_not_disclosed(tmp_path: Path, lie: bytes) -> None:
    clock = Clock()
    hq = make_store(tmp_path / "hq", "hq", "HQ-01", clock, role="administrator")
    device = make_store(tmp_path / "fld", "field", "FLD-0042", clock)
    enrol(hq, device, tmp_path)
    escrow = keyslots.read_store_file(device.store.folder).escrow
    assert escrow is not None
    sealed = KemPublic.from_bytes(device.suite, escrow.public).seal(
        lie, b"eum/recovery-codes/1\0FLD-0042\0INS-017\0lie"
    )
    with device.writing() as transaction:
        now = device.observed_now()
        fact = RecoveryCodesMade(observed_at=now, account="INS-017", set_id="lie", count=10, sealed=sealed)
        transaction.record(fact)
    (outcome,) = import_bundles(hq, [seal_results(device, tmp_path / "out").path]).outcomes
    assert outcome.outcome == "accepted"
    before = hq.read(exchange.journal_heads)
    with pytest.raises(Refusal, match=r"recovery\.unreadable"):
        read_out_recovery_code(hq, "FLD-0042", "INS-017")
    assert hq.read(exchange.journal_heads) == before
    for session in (hq, device):
        session.store.close()
