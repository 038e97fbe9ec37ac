"""A state machine over devices, HQ and carriers that fail, err and cheat in random orders.

The model is small: for each chain, the hashes of the entries that HQ must hold. Each delivery is predicted from it; the
parts themselves are real stores and real bundles.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis.stateful import RuleBasedStateMachine, initialize

from db.chains import chain_head, entries_after
from db.queries import exchange, visits
from db.queries.people import all_devices
from db.store import Store
from eum_app.crypto.passphrases import KdfParams
from eum_app.crypto.suites import Suite
from eum_app.domain.bundles import ImportResult
from eum_app.domain.facts import ChecklistPin
from eum_app.usecases.exchange.outcomes import ImportOutcome
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_for_device, seal_results
from eum_app.usecases.exchange.trust import hq_certificate
from eum_app.usecases.people.accounts import add_account
from eum_app.usecases.session import Session
from eum_app.usecases.store.open_store import check_store, open_store, rebuild_store
from tests import templates
from tests.builders import PASSPHRASE
from tests.bundles import World as Strangers
from tests.simulator import Simulator

DEVICES: Final = ("FLD-0042", "FLD-0043")
OTHER_CHECKLIST: Final = ChecklistPin(checklist_id="item-general-neutral", version="1.1")
STRANGERS: Final = Strangers.make(Suite.P384)
PART_ENTRIES: Final = 5
HARMS: Final = ("flip", "cut", "splice", "readdress", "add")
OUTCOMES: Final = ("verified", "discrepancy", "not_found", "no_access")

Chain = tuple[str, int]


@dataclass
class Machine:
    """One computer with a device's store. Clones share the device's name and epoch."""

    session: Session
    device: str
    epoch: int
    visit_id: str
    is_cloned: bool = False

    @property
    def chain(self) -> Chain:
        return self.device, self.epoch

    def hashes(self, since: int = 0) -> tuple[bytes, ...]:
        """The hashes of the chain that it writes, after a number."""
        with self.session.store.reading() as connection:
            end = chain_head(connection, *self.chain).seq
            return tuple(entry.hash for entry in entries_after(connection, *self.chain, since, end))


@dataclass(frozen=True)
class Packet:
    """A sealed bundle on its way: the entries `first`, `first` + 1, … of a chain, by their hashes."""

    path: Path
    chain: Chain
    first: int
    hashes: tuple[bytes, ...]
    before: bytes
    """The hash of the entry before the first."""

    @property
    def last(self) -> int:
        return self.first + len(self.hashes) - 1

    def hash_of(self, seq: int) -> bytes:
        return self.hashes[seq - self.first] if seq >= self.first else self.before


class Orders(RuleBasedStateMachine):
    """Machines, packets and HQ, with the model of what HQ must hold."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(prefix="eum-orders-")
        self.folder = Path(self._folder.name)
        self.packets: list[Packet] = []
        self.receipts: list[tuple[Chain, Path]] = []
        self.held: dict[Chain, list[bytes]] = {}
        self.ended: dict[Chain, str] = {}
        self.admitted: dict[Chain, set[tuple[int, bytes]]] = {}
        self.second: Session | None = None
        self.number = 0

    @initialize()
    def start(self) -> None:
        templates.begin_again()
        self.simulator = Simulator.start(self.folder / "w", devices=DEVICES)
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr("eum_app.usecases.exchange.seal_bundle.PART_ENTRIES", PART_ENTRIES)
        self.world, self.hq = self.simulator.world, self.simulator.world.hq
        self.earliest = self.world.clock.instant
        self.machines = [
            Machine(session, name, session.store.named.epoch, self.simulator.visit_ids[name])
            for name, session in self.world.devices.items()
        ]
        self.held = {machine.chain: [] for machine in self.machines}

    def teardown(self) -> None:
        """Deliver what is still on its way, then ask every store for the truth."""
        if not hasattr(self, "machines"):
            self._folder.cleanup()
            return
        try:
            self._settle()
        finally:
            self.patch.undo()
            if self.second is not None:
                self.second.store.close()
            for session in (self.hq, *(machine.session for machine in self.machines)):
                session.store.close()
            self._folder.cleanup()

    def _settle(self) -> None:
        for packet in sorted(self.packets, key=lambda one: (one.chain, one.first)):
            self._deliver(packet)
        for machine in self.machines:
            if machine.chain not in self.ended and not machine.is_cloned:
                recorded = machine.hashes()
                for packet in self._seal(machine):
                    self._deliver(packet)
                assert (
                    tuple(self.held[machine.chain][: len(recorded)]) == recorded
                )  # nothing that was recorded is lost for good
        self._require_as_expected()
        before = self._shown()
        rebuild_store(self.hq)
        assert self._shown() == before
        for session in (self.hq, *(machine.session for machine in self.machines)):
            _, damaged = check_store(session)
            assert damaged == []

    def _shown(self) -> list[Any]:
        cards = [self.hq.read(visits.visit, machine.visit_id) for machine in self.machines]
        return [cards, self.hq.read(exchange.awaited_facts), self.hq.read(all_devices)]

    def _require_as_expected(self) -> None:
        """HQ holds these facts and no others, and awaits none of those that it knows of."""
        with self.hq.store.reading() as connection:
            for chain, hashes in self.held.items():
                end = chain_head(connection, *chain).seq
                found = [entry.hash for entry in entries_after(connection, *chain, 0, end)]
                assert found == hashes, chain
            assert {(head.origin, head.epoch) for head in exchange.journal_heads(connection)} - set(self.held) <= {
                (self.hq.name, 1),
                *((f"{self.hq.name}→{device}", 1) for device in DEVICES),
            }
            assert exchange.awaited_facts(connection) == {}

    def _machine(self, number: int) -> Machine:
        machine = self.machines[number % len(self.machines)]
        self.world.devices[machine.device] = machine.session
        self.simulator.visit_ids[machine.device] = machine.visit_id
        return machine

    def _new_path(self, name: str) -> Path:
        self.number += 1
        return self.world.drop / f"{self.number:03d}-{name}"

    def _seal(self, machine: Machine) -> list[Packet]:
        """Seal all that HQ has not acknowledged, in parts of `PART_ENTRIES` entries."""
        since, _ = machine.session.read(exchange.received_head, *machine.chain)
        recorded = machine.hashes(since.seq)
        sealed = seal_results(machine.session, self.folder / "sealed")
        hashes = machine.hashes(since.seq)[: sealed.last_seq - since.seq]  # sealing may sign the head first
        assert sealed.first_seq == since.seq + 1
        assert hashes[: len(recorded)] == recorded
        packets = []
        for start, made in zip(range(0, len(hashes), PART_ENTRIES), sealed.paths, strict=True):
            path = self._new_path(made.name)
            made.rename(path)
            before = hashes[start - 1] if start else since.hash
            part = hashes[start : start + PART_ENTRIES]
            packets.append(Packet(path, machine.chain, since.seq + 1 + start, part, before))
        return packets

    def _hand_over(self, machine: Machine) -> None:
        """Bring a machine everything that HQ has for it."""
        paths = seal_for_device(self.hq, machine.device, self.world.drop).paths
        outcomes = import_bundles(machine.session, paths).outcomes
        assert all(outcome.outcome.is_good for outcome in outcomes), outcomes

    def _deliver(self, packet: Packet) -> ImportOutcome:
        expected = self._predicted(packet)
        (outcome,) = import_bundles(self.hq, [packet.path], self._new_path("receipts")).outcomes
        self._require_predicted(packet, outcome, *expected)
        self._require_as_expected()
        for path in (outcome.receipt_path, *outcome.further_receipts):
            if path is not None:
                self.receipts.append((packet.chain, path))
        return outcome

    def _require_predicted(self, packet: Packet, outcome: ImportOutcome, result: ImportResult, code: str) -> None:
        assert (outcome.outcome, outcome.code) == (result, code), (packet.path.name, outcome)
        if result is ImportResult.WAITING:  # which facts are missing, to the number
            missing = (str(len(self.held[packet.chain]) + 1), str(packet.first))
            assert (outcome.values["expected"], outcome.values["found"]) == missing

    def _predicted(self, packet: Packet) -> tuple[ImportResult, str]:
        """Return how HQ answers a bundle, and extend the chain in the model as HQ does."""
        held, through = self.held[packet.chain], packet.last
        late = self.ended.get(packet.chain, "")
        if late and packet.last > len(held):
            inside = [seq for seq, found in self.admitted.get(packet.chain, ()) if self._names(packet, seq, found)]
            through = max((seq for seq in inside if seq > len(held)), default=0)
            if not through:
                return ImportResult.QUARANTINED, late
        if packet.first > len(held) + 1:
            return ImportResult.WAITING, "chain.gap"
        common = range(packet.first - 1, min(len(held), through) + 1)  # the entry before is stated too
        if any(seq and held[seq - 1] != packet.hash_of(seq) for seq in common):
            return ImportResult.FORKED, "chain.forked"
        if through <= len(held):
            return ImportResult.ALREADY_HELD, ""
        held += [packet.hash_of(seq) for seq in range(len(held) + 1, through + 1)]
        return (ImportResult.ACCEPTED, "") if through == packet.last else (ImportResult.QUARANTINED, late)

    @staticmethod
    def _names(packet: Packet, seq: int, found: bytes) -> bool:
        return packet.first <= seq <= packet.last and packet.hash_of(seq) == found

    def _readdressed(self, data: bytes) -> bytes:
        with self.machines[0].session.store.reading() as connection:
            ours = hq_certificate(connection).kid
        return data.replace(ours.encode(), STRANGERS.hq.certificate.kid.encode(), 1)

    def _refused(self, data: bytes) -> None:
        path = self._new_path("bad.eumb")
        path.write_bytes(data)
        (outcome,) = import_bundles(self.hq, [path], self.world.drop).outcomes
        assert outcome.outcome is ImportResult.REFUSED
        assert outcome.code
        assert outcome.receipt_path is None
        self._require_as_expected()

    def _require_true_receipt(self, machine: Machine) -> None:
        """No machine believes that HQ holds a fact that it does not hold."""
        with machine.session.store.reading() as connection:
            known, _ = exchange.received_head(connection, *machine.chain)
        assert known.seq == 0 or self.held[machine.chain][known.seq - 1] == known.hash

    def _second_person(self) -> Session:
        if self.second is None:
            hq = self.hq
            ticket = replace(hq.ticket, role="administrator")
            administrator = Session(Store.open(hq.store.folder, hq.ticket.data_key, hq.now), ticket, hq.now)
            fast = KdfParams.fast_for_tests(Suite.P384)
            add_account(administrator, account="REV-005", role="reviewer", passphrase=PASSPHRASE, kdf=fast)
            administrator.store.close()
            self.second = open_store(hq.store.folder, "REV-005", PASSPHRASE, now=self.world.clock)
        return self.second
