"""Rules of the state machine in `tests/orders.py`: what people, carriers and attackers do, in random orders."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from db.queries import exchange
from db.queries.items import all_sites
from db.store import Store
from eum_app.domain.bundles import ImportResult
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import CheckWithdrawn
from eum_app.usecases.exchange.enrol_device import revoke_device
from eum_app.usecases.exchange.late_bundles import accept_late, late_bundles
from eum_app.usecases.exchange.outcomes import ImportOutcome
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.trust import hq_certificate
from eum_app.usecases.session import Session
from eum_app.usecases.store.open_store import open_store
from eum_app.usecases.visits.plan_visit import plan_visit
from tests.builders import PASSPHRASE, SITE_CHECKLIST, copy_unnoticed, enrol, make_store
from tests.bundles import write_results
from tests.orders import DEVICES, HARMS, OTHER_CHECKLIST, OUTCOMES, STRANGERS, Machine, Orders


class RandomOrders(Orders):
    """Whatever happens on the way, HQ holds the facts that were sealed and delivered, and names those that lack."""

    @rule(number=st.integers(0, 7), item=st.integers(0, 3), outcome=st.sampled_from(OUTCOMES), undo=st.booleans())
    def check(self, number: int, item: int, outcome: str, undo: bool) -> None:
        machine = self._machine(number)
        made = self.simulator.check(machine.device, item, outcome)
        if undo:
            self.simulator.withdraw(machine.device, made)

    @rule(number=st.integers(0, 7))
    def seal(self, number: int) -> None:
        machine = self._machine(number)
        try:
            machine.session.read(exchange.require_not_rolled_back, *machine.chain)
        except Refusal:  # a receipt names what this clone lacks
            assert machine.is_cloned
            with pytest.raises(Refusal, match=r"chain\.rolled_back"):
                self._seal(machine)
            return
        self.packets += self._seal(machine)

    @rule(number=st.integers(0, 7))
    def clone(self, number: int) -> None:
        """Copy a machine so that it does not notice. The one that goes on later forks, or was rolled back."""
        machine = self._machine(number)
        if len(self.machines) > 4:
            return
        session = machine.session
        session.store.close()
        copy = copy_unnoticed(session, self.folder / f"clone-{len(self.machines)}")
        machine.session = open_store(session.store.folder, "INS-017", PASSPHRASE, now=self.world.clock)
        machine.is_cloned = True
        twin = open_store(copy, "INS-017", PASSPHRASE, now=self.world.clock)
        self.machines.append(replace(machine, session=twin))

    @rule(hours=st.integers(-72, 72))
    def set_clock(self, hours: int) -> None:
        self.world.clock.instant = max(self.earliest, self.world.clock.instant + timedelta(hours=hours))

    @rule(number=st.integers(0, 7), item=st.integers(0, 3), turned=st.booleans(), lost=st.integers(0, 9))
    def bring_home(self, number: int, item: int, turned: bool, lost: int) -> None:
        """Check, seal, and deliver the parts in one go, perhaps backwards or without one of them."""
        self.check(number, item, "verified", False)
        before = len(self.packets)
        self.seal(number)
        parts = self.packets[before:]
        for at, packet in enumerate(reversed(parts) if turned else parts):
            if at != lost:
                self._deliver(packet)

    @precondition(lambda self: self.packets)
    @rule(number=st.integers(0, 99))
    def lose(self, number: int) -> None:
        self.packets.pop(number % len(self.packets))

    @precondition(lambda self: self.packets)
    @rule(number=st.integers(0, 99))
    def deliver(self, number: int) -> None:
        """Deliver one of them, early or late or again; it stays on its way."""
        self._deliver(self.packets[number % len(self.packets)])

    @precondition(lambda self: self.packets)
    @rule(number=st.integers(0, 99))
    def import_twice_at_once(self, number: int) -> None:
        packet = self.packets[number % len(self.packets)]
        before = len(self.held[packet.chain])
        result, _ = self._predicted(packet)
        other = Session(
            Store.open(self.hq.store.folder, self.hq.ticket.data_key, self.hq.now), self.hq.ticket, self.hq.now
        )
        found: list[ImportOutcome] = []
        both = [
            threading.Thread(target=lambda s=session: found.append(import_bundles(s, [packet.path]).outcomes[0]))
            for session in (self.hq, other)
        ]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()
        other.store.close()
        is_new = result is ImportResult.ACCEPTED
        assert len(self.held[packet.chain]) > before or not is_new
        expected = [ImportResult.ACCEPTED, ImportResult.ALREADY_HELD] if is_new else [result, result]
        assert sorted(one.outcome for one in found) == expected
        self._require_as_expected()

    @precondition(lambda self: self.packets)
    @rule(number=st.integers(0, 99))
    def hq_dies_while_importing(self, number: int) -> None:
        packet = self.packets[number % len(self.packets)]

        def dies(*_: object) -> tuple[int, int]:
            raise KeyboardInterrupt

        before = list(self.held[packet.chain])
        result, _ = self._predicted(packet)
        self.held[packet.chain] = before
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("eum_app.usecases.exchange.receive_at_hq.record_judgement", dies)
            if result is ImportResult.ACCEPTED:
                with pytest.raises(KeyboardInterrupt):
                    import_bundles(self.hq, [packet.path])
        self._require_as_expected()

    @precondition(lambda self: self.packets)
    @rule(number=st.integers(0, 99), harm=st.sampled_from(HARMS), at=st.floats(0, 1))
    def spoil(self, number: int, harm: str, at: float) -> None:
        """Alter a copy on the way. HQ refuses it and is left as it was."""
        packet, other = self.packets[number % len(self.packets)], self.packets[(number + 1) % len(self.packets)]
        data = packet.path.read_bytes()
        position = int(at * (len(data) - 1))
        bad = {
            "flip": data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :],
            "cut": data[:position],
            "splice": data[:position] + other.path.read_bytes()[position:],
            "readdress": self._readdressed(data),
            "add": data + b"\0",
        }[harm]
        if bad != data and bad != other.path.read_bytes():
            self._refused(bad)

    @rule(number=st.integers(0, 7))
    def forge(self, number: int) -> None:
        """A stranger with a self-made certificate, and an enrolled device that writes another's journal."""
        machine, path = self._machine(number), self._new_path("stranger.eumb")
        with machine.session.store.reading() as connection:
            write_results(path, STRANGERS.device, [hq_certificate(connection)])
        (outcome,) = import_bundles(self.hq, [path], self.world.drop).outcomes
        assert (outcome.outcome, outcome.code) == (ImportResult.REFUSED, "bundle.unknown_sender")
        victim = next(name for name in DEVICES if name != machine.device)
        now = self.hq.observed_now()
        fact = CheckWithdrawn(observed_at=now, check_id="x", visit_id=machine.visit_id, reason="undone")
        forged = self.simulator.forge(machine.device, self.simulator.chained(victim, 1, [fact]))
        (outcome,) = import_bundles(self.hq, [forged], self.world.drop).outcomes
        # Its manifest must name the sender's own journal; where that has a gap or has ended, HQ looks no further.
        assert outcome.code in {"bundle.foreign_origin", "chain.gap", self.ended.get(machine.chain)}, outcome
        self._require_as_expected()

    @precondition(lambda self: self.packets)
    @rule(number=st.integers(0, 99))
    def deliver_after_expiry(self, number: int) -> None:
        packet = self.packets[number % len(self.packets)]
        if packet.chain in self.ended:
            return  # its dates are not judged
        now = self.world.clock.instant
        self.world.clock.instant = now + timedelta(days=5 * 366)
        (outcome,) = import_bundles(self.hq, [packet.path]).outcomes
        self.world.clock.instant = now
        assert outcome.code == "certificate.expired", outcome
        self._require_as_expected()

    @rule(number=st.integers(0, 7))
    def carry_receipt(self, number: int) -> None:
        """Bring one of HQ's answers to a machine of the device. The others are lost, or come later."""
        if not self.receipts:
            return
        chain, path = self.receipts[number % len(self.receipts)]
        for machine in self.machines:
            if machine.chain == chain:
                (outcome,) = import_bundles(machine.session, [path]).outcomes
                is_early = outcome.outcome is ImportResult.WAITING  # another part of HQ's answer was lost
                assert outcome.outcome.is_good or is_early or machine.is_cloned, outcome
                self._require_true_receipt(machine)

    @rule(number=st.integers(0, 7))
    def plan_with_another_checklist(self, number: int) -> None:
        """HQ plans another visit with another checklist; the machine goes on with that one."""
        machine = self._machine(number)
        if machine.chain in self.ended or machine.is_cloned:
            return
        site_id = self.hq.read(all_sites)[0].site_id
        machine.visit_id = plan_visit(
            self.hq,
            site_id=site_id,
            due_on="2026-12-11",
            device=machine.device,
            inspector="INS-017",
            item_checklist=OTHER_CHECKLIST,
            site_checklist=SITE_CHECKLIST,
        ).visit_id
        self._hand_over(machine)

    @precondition(lambda self: len(self.ended) < 2)
    @rule(number=st.integers(0, 7), replaced=st.booleans())
    def end(self, number: int, replaced: bool) -> None:
        """Revoke a device, or enroll its name again on a new machine. What the old ones send from now on is late."""
        machine = self._machine(number)
        if machine.chain in self.ended:
            return
        if not replaced:
            revoke_device(self.hq, machine.device, machine.epoch, "Stolen at the airport")
            self.ended[machine.chain] = "bundle.late_revoked"
            return
        self.number += 1
        folder = self.folder / f"second-{self.number}"
        folder.mkdir()
        session = make_store(folder / "store", "field", machine.device, self.world.clock)
        enrol(self.hq, session, folder)
        self.ended[machine.chain] = "bundle.late_superseded"
        new = Machine(session, machine.device, session.store.named.epoch, "")
        self.machines.append(new)
        self.held[new.chain] = []
        self.world.devices[new.device] = session
        new.visit_id = self.world.plan(new.device).visit_id
        self._hand_over(new)

    @rule(number=st.integers(0, 99))
    def accept_late(self, number: int) -> None:
        """Two people at HQ accept a late bundle; one alone changes nothing."""
        waiting = [late for late in late_bundles(self.hq) if not late.is_imported and not late.accepted_by]
        if not waiting:
            return
        late = waiting[number % len(waiting)]
        chain = late.head.origin, late.head.epoch
        accept_late(self.hq, late.row.quarantine_id, "Handed over in person")
        self._require_as_expected()
        accept_late(self._second_person(), late.row.quarantine_id, "Compared with the paper record")
        self.admitted.setdefault(chain, set()).add((late.head.seq, late.head.hash))
