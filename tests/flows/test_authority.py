"""The authority away from HQ: made elsewhere or moved out, HQ certified by it, keys rotated, HQs revoked."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from db.queries.exchange import received_head
from db.secrets import AUTHORITY
from eum_app.crypto.certificates import Role
from eum_app.crypto.passphrases import KdfParams
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal, Trouble
from eum_app.usecases.authority.headquarters import (
    accept_certificate,
    authority_state,
    request_certificate,
    take_revocations,
)
from eum_app.usecases.authority.move_out import copy_authority, move_authority
from eum_app.usecases.authority.root import Opener, create_root, issue_to_hq, read_hq_request, revoke_hq, view_root
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_for_device, seal_results
from eum_app.usecases.exchange.trust import (
    hq_certificate,
    identities_of,
    identity_of,
    own_chain,
    vault_of,
)
from eum_app.usecases.people.vault import keep_up
from eum_app.usecases.session import Session
from eum_app.usecases.store.open_store import create_store, open_store
from sync.authority_file import ISSUED_FILE, Custody, is_share, open_authority
from tests.builders import PASSPHRASE, Clock, World, enrol, make_store, make_world
from tests.make_old_store import STORES

SECRET = "the stick is in the safe"
BY_SECRET = Opener(passphrase=SECRET)
FAST = KdfParams.fast_for_tests(Suite.P384)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make_world(tmp_path / "world", count=3)


def moved(world: World, tmp_path: Path) -> Path:
    stick = tmp_path / "stick"
    move_authority(world.hq, stick, passphrase=SECRET, kdf=FAST)
    return stick


def certified(
    hq: Session,
    stick: Path,
    tmp_path: Path,
    clock: Clock,
    *,
    days: int = 365,
    without_former_key: bool = False,
    ahead: timedelta = timedelta(0),
) -> None:
    """Carry a request to the authority and its answer back, as people would. Back at HQ its clock is `ahead`."""
    request, answer = tmp_path / "hq.eumreq", tmp_path / "hq.eumcert"
    request_certificate(hq, request, anew=True)
    compared = read_hq_request(request).short_fingerprint
    issue_to_hq(
        stick,
        request,
        answer,
        compared=compared,
        opener=BY_SECRET,
        without_former_key=without_former_key,
        now=clock,
    )
    clock.instant += ahead
    accept_certificate(hq, answer, view_root(stick).fingerprint, earlier_days=days)


def codes(session: Session, files: list[Path]) -> list[str]:
    return [outcome.code or str(outcome.outcome) for outcome in import_bundles(session, files).outcomes]


def test_a_moved_authority_is_no_longer_in_the_store_and_devices_go_on(world: World, tmp_path: Path) -> None:
    before = own_chain_of(world.hq)
    stick = moved(world, tmp_path)
    assert authority_state(world.hq).is_here is False
    with world.hq.store.reading() as connection:
        assert AUTHORITY not in vault_of(world.hq, connection).values
    assert open_authority(stick, passphrase=SECRET).certificate == before[-1]
    assert own_chain_of(world.hq) == before
    new = make_store(tmp_path / "new", "field", "FLD-0050", world.clock)
    enrol(world.hq, new, tmp_path)  # the issuing certificate is enough
    world.plan()
    world.device.clock  # noqa: B018 - the device is not touched
    sealed = seal_for_device(world.hq, "FLD-0042", world.drop)
    assert codes(world.device, list(sealed.paths)) == ["accepted"]
    assert codes(world.hq, list(seal_results(world.device, world.drop).paths)) == ["accepted"]
    with pytest.raises(Refusal, match=r"authority\.not_here"):
        move_authority(world.hq, tmp_path / "again", passphrase=SECRET, kdf=FAST)
    new.store.close()
    world.close()


def own_chain_of(session: Session) -> tuple[object, ...]:
    with session.store.reading() as connection:
        return own_chain(connection)


def test_the_key_stays_where_the_stick_cannot_be_written(world: World, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises((Refusal, Trouble)):
        move_authority(world.hq, blocked / "stick", passphrase=SECRET, kdf=FAST)
    assert authority_state(world.hq).is_here is True
    used = tmp_path / "used"
    create_root(used, name="Another", passphrase=SECRET, suite=Suite.P384, kdf=FAST)
    with pytest.raises(Refusal, match=r"authority\.exists"):
        move_authority(world.hq, used, passphrase=SECRET, kdf=FAST)
    torn = tmp_path / "torn"
    torn.mkdir()
    (torn / ISSUED_FILE).write_text("torn")
    with pytest.raises(Refusal, match=r"authority\.unreadable"):
        copy_authority(world.hq, torn, custody=Custody(2, 3))
    (torn / ISSUED_FILE).unlink()
    assert len(copy_authority(world.hq, torn, custody=Custody(2, 3)).shares) == 3
    with pytest.raises(Refusal, match=r"passphrase\.too_short"):
        move_authority(world.hq, tmp_path / "short", passphrase="short", kdf=FAST)
    assert authority_state(world.hq).is_here is True
    world.close()


def test_a_request_that_could_not_be_written_is_written_again(world: World, tmp_path: Path) -> None:
    with pytest.raises((Refusal, Trouble)):
        request_certificate(world.hq, tmp_path / "absent" / "hq.eumreq")
    kept = authority_state(world.hq).request_fingerprint
    assert kept
    assert request_certificate(world.hq, tmp_path / "hq.eumreq").fingerprint == kept
    world.close()


@pytest.mark.parametrize("suite", list(Suite))
def test_custodians_open_it_together_and_fewer_do_not(tmp_path: Path, suite: Suite) -> None:
    made = create_root(tmp_path / "root", name="Program XX", custody=Custody(2, 3), suite=suite)
    assert (len(made.shares), {len(share.split()) for share in made.shares}) == (3, {33})
    for pair in (made.shares[:2], made.shares[1:], (made.shares[2].upper(), f"  {made.shares[0]}\n")):
        assert open_authority(tmp_path / "root", shares=pair).role is Role.AUTHORITY
    assert all(map(is_share, made.shares))
    assert not any(map(is_share, ("", "no such words", made.shares[0][:-1], made.shares[0] + " acid")))
    for few in ((), made.shares[:1], (made.shares[0], made.shares[0])):
        with pytest.raises(Refusal, match=r"authority\.too_few_shares"):
            open_authority(tmp_path / "root", shares=few)
    mistyped = made.shares[0].split()
    mistyped[5] = "academic" if mistyped[5] != "academic" else "acid"
    with pytest.raises(Refusal, match=r"authority\.shares"):
        open_authority(tmp_path / "root", shares=(" ".join(mistyped), made.shares[1]))
    other = create_root(tmp_path / "other", name="Program YY", custody=Custody(2, 3), suite=suite)
    with pytest.raises(Refusal, match=r"authority\.other_shares"):
        open_authority(tmp_path / "root", shares=other.shares[:2])
    with pytest.raises(Refusal, match=r"authority\.shares"):
        open_authority(tmp_path / "root", shares=(made.shares[0], other.shares[0]))
    for custody in (Custody(1, 2), Custody(3, 2), Custody(2, 17), Custody(0, 3)):
        with pytest.raises(Refusal, match=r"authority\.custody"):
            create_root(tmp_path / "bad", name="x", custody=custody)


def test_every_changed_byte_of_the_authority_file_is_refused(tmp_path: Path) -> None:
    stick = tmp_path / "root"
    create_root(stick, name="Program XX", passphrase=SECRET, suite=Suite.P384, kdf=FAST)
    path = stick / "authority.json"
    whole, root = path.read_bytes(), open_authority(stick, passphrase=SECRET).to_bytes()
    for place in range(0, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        try:
            assert open_authority(stick, passphrase=SECRET).to_bytes() == root  # white space between values
        except (Refusal, Trouble):
            continue
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Refusal, match=r"authority\.unreadable"):
        open_authority(stick, passphrase=SECRET)
    path.write_bytes(whole)
    with pytest.raises(Refusal, match=r"passphrase\.wrong"):
        open_authority(stick, passphrase="another passphrase")


def test_a_new_hq_under_an_authority_that_was_made_elsewhere(tmp_path: Path) -> None:
    clock, stick = Clock(), tmp_path / "root"
    made = create_root(stick, name="Program XX", passphrase=SECRET, suite=Suite.P384, kdf=FAST, now=clock)
    hq = make_store(tmp_path / "hq", "hq", "HQ-01", clock)
    own = authority_state(hq).root_fingerprint
    certified(hq, stick, tmp_path, clock)
    state = authority_state(hq)
    assert (state.root_fingerprint, state.is_here, state.request_fingerprint) == (made.fingerprint, False, "")
    assert own != made.fingerprint
    with hq.store.reading() as connection:
        assert identities_of(hq, connection)[1] == ()
    device = make_store(tmp_path / "device", "field", "FLD-0042", clock)
    enrol(hq, device, tmp_path)
    # Now another authority would strand the device.
    other = tmp_path / "other"
    create_root(other, name="Program YY", passphrase=SECRET, suite=Suite.P384, kdf=FAST, now=clock)
    with pytest.raises(Refusal, match=r"authority\.devices_enrolled"):
        certified(hq, other, tmp_path, clock)
    assert authority_state(hq).root_fingerprint == made.fingerprint
    device.store.close()
    hq.store.close()


def test_a_device_in_the_field_delivers_and_learns_after_hq_has_new_keys(world: World, tmp_path: Path) -> None:
    stick = moved(world, tmp_path)
    late = seal_results(world.device, tmp_path / "late")  # sealed to the keys before
    with world.hq.store.reading() as connection:
        before = identity_of(world.hq, connection)
    certified(world.hq, stick, tmp_path, world.clock)
    with world.hq.store.reading() as connection:
        now = identity_of(world.hq, connection)
        assert (now.epoch, now.certificate.kid != before.certificate.kid) == (before.epoch + 1, True)
    assert codes(world.hq, list(late.paths)) == ["accepted"]
    assert codes(world.hq, list(late.paths)) == ["already_held"]
    # The device still has the old certificates, seals once more to the old key, and is heard.
    assert codes(world.hq, list(seal_results(world.device, tmp_path / "second").paths)) == ["accepted"]
    answer = seal_for_device(world.hq, "FLD-0042", world.drop)
    assert codes(world.device, list(answer.paths)) == ["accepted"]
    with world.device.store.reading() as connection:
        assert hq_certificate(connection) == now.certificate
        mine = identity_of(world.device, connection)
        assert (mine.chain[1:], mine.epoch) == (now.chain, world.device.store.named.epoch)
        assert received_head(connection, "FLD-0042", mine.epoch)[0].seq > 0
    third = seal_results(world.device, tmp_path / "third")
    assert codes(world.hq, list(third.paths)) == ["accepted"]
    # Once the time of the old keys is over, they no longer open anything.
    world.clock.instant = world.clock.instant.replace(year=world.clock.instant.year + 1, month=12)
    keep_up(world.hq)
    with world.hq.store.reading() as connection:
        assert identities_of(world.hq, connection)[1] == ()
    world.close()


def test_a_revoked_hq_is_refused_by_the_devices_that_took_the_list(world: World, tmp_path: Path) -> None:
    """The old keys leaked. HQ gets new ones, the authority revokes the old, and the list reaches the device."""
    stick = moved(world, tmp_path)
    world.plan()
    forged = seal_for_device(world.hq, "FLD-0042", tmp_path / "forged")  # as one who has the old keys could
    certified(world.hq, stick, tmp_path, world.clock)
    revoke_hq(stick, "HQ-01", epoch=1, opener=BY_SECRET, now=world.clock)
    with pytest.raises(Refusal, match=r"authority\.revoked_already"):
        revoke_hq(stick, "HQ-01", epoch=1, opener=BY_SECRET, now=world.clock)
    with pytest.raises(Refusal, match=r"authority\.hq_unknown"):
        revoke_hq(stick, "HQ-02", opener=BY_SECRET, now=world.clock)
    assert [bool(row.revoked_at) for row in view_root(stick).certified] == [True, False]
    taken = take_revocations(world.hq, stick)
    assert (taken.number, taken.revoked) == (1, 1)
    with pytest.raises(Refusal, match=r"revocations\.older"):
        take_revocations(world.hq, stick)
    answer = seal_for_device(world.hq, "FLD-0042", world.drop)
    assert codes(world.device, list(answer.paths)) == ["accepted"]  # with the new certificate of the device
    assert codes(world.device, list(forged.paths)) == ["bundle.revoked"]
    assert codes(world.hq, list(seal_results(world.device, world.drop).paths)) == ["accepted"]
    world.close()


def test_a_list_of_another_authority_or_an_older_one_is_refused(world: World, tmp_path: Path) -> None:
    other = tmp_path / "other"
    create_root(other, name="HQ-01 authority", passphrase=SECRET, suite=Suite.P384, kdf=FAST, now=world.clock)
    hq = make_store(tmp_path / "hq2", "hq", "HQ-02", world.clock)
    certified(hq, other, tmp_path, world.clock)
    revoke_hq(other, "HQ-02", opener=BY_SECRET, to=tmp_path / "list.crl", now=world.clock)
    for session in (world.hq, world.device):
        with pytest.raises(Refusal, match=r"revocations\.other_root"):
            take_revocations(session, tmp_path / "list.crl")
    data = (tmp_path / "list.crl").read_bytes()
    for place in range(0, len(data), 5):
        (tmp_path / "bad.crl").write_bytes(data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :])
        with pytest.raises(Refusal, match=r"revocations\."):
            take_revocations(hq, tmp_path / "bad.crl")
    assert take_revocations(hq, tmp_path / "list.crl").number == 1
    hq.store.close()
    world.close()


def test_answers_that_fit_no_request_are_refused(world: World, tmp_path: Path) -> None:
    stick = moved(world, tmp_path)
    root = view_root(stick).fingerprint
    request, answer = tmp_path / "hq.eumreq", tmp_path / "hq.eumcert"
    first = request_certificate(world.hq, request)
    assert request_certificate(world.hq, request).fingerprint == first.fingerprint
    with pytest.raises(Refusal, match=r"enrolment\.request_changed"):
        issue_to_hq(stick, request, answer, compared="AAAAA", opener=BY_SECRET, now=world.clock)
    with pytest.raises(Refusal, match=r"passphrase\.wrong"):
        issue_to_hq(
            stick, request, answer, compared=first.fingerprint, opener=Opener(passphrase="wrong one"), now=world.clock
        )
    issue_to_hq(stick, request, answer, compared=first.fingerprint, opener=BY_SECRET, now=world.clock)
    again = issue_to_hq(stick, request, answer, compared=first.fingerprint, opener=BY_SECRET, now=world.clock)
    assert (again.epoch, len(view_root(stick).certified)) == (2, 2)
    with pytest.raises(Refusal, match=r"enrolment\.other_root"):
        accept_certificate(world.hq, answer, "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA")
    with pytest.raises(Refusal, match=r"authority\.days"):
        accept_certificate(world.hq, answer, root, earlier_days=-1)
    request_certificate(world.hq, request, anew=True)
    with pytest.raises(Refusal, match=r"authority\.other_request"):
        accept_certificate(world.hq, answer, root)
    for wrong in (request, world.folder):
        with pytest.raises(Refusal, match=r"authority\.not_an_answer|file\.unreadable"):
            accept_certificate(world.hq, wrong, root)
    with pytest.raises(Refusal, match=r"request\.wrong_role"):
        read_hq_request(device_request(world, tmp_path))
    with pytest.raises(Refusal, match=r"authority\.only_hq|permission\.denied"):
        request_certificate(world.device, tmp_path / "device.eumreq")
    assert authority_state(world.hq).epoch == 1
    world.close()


def device_request(world: World, tmp_path: Path) -> Path:
    from eum_app.usecases.exchange.enrol_device import request_enrolment

    path = tmp_path / "FLD-0042.eumreq"
    request_enrolment(world.device, path)
    return path


@pytest.mark.parametrize("version", sorted(path.name for path in STORES.iterdir() if path.is_dir()))
def test_an_old_hq_moves_its_authority_out_and_hears_its_old_device(tmp_path: Path, version: str) -> None:
    clock = Clock()
    for kind in ("hq", "field"):
        shutil.copytree(STORES / version / kind, tmp_path / kind)
    hq = open_store(tmp_path / "hq", "REV-004", PASSPHRASE, now=clock)
    device = open_store(tmp_path / "field", "INS-017", PASSPHRASE, now=clock)
    stick = tmp_path / "stick"
    move_authority(hq, stick, passphrase=SECRET, kdf=FAST)
    certified(hq, stick, tmp_path, clock)
    if not device.store.copied:
        assert codes(hq, list(seal_results(device, tmp_path / "out").paths)) == ["accepted"]
        answer = seal_for_device(hq, device.name, tmp_path / "back")
        assert codes(device, list(answer.paths)) == ["accepted"]
        with device.store.reading() as connection:
            assert hq_certificate(connection).epoch == 2
    device.close()
    hq.close()


def test_an_auditor_moves_and_requests_nothing(tmp_path: Path) -> None:
    hq = create_store(
        tmp_path / "hq",
        kind="hq",
        name="HQ-01",
        account="AUD-1",
        role="auditor",
        passphrase=PASSPHRASE,
        suite=Suite.P384,
        kdf=FAST,
        now=Clock(),
    )
    for act in (
        lambda: move_authority(hq, tmp_path / "s", passphrase=SECRET, kdf=FAST),
        lambda: request_certificate(hq, tmp_path / "r"),
        lambda: take_revocations(hq, tmp_path / "c"),
    ):
        with pytest.raises(Refusal, match=r"permission\.denied"):
            act()
    hq.store.close()
