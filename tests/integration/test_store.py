"""The store: real SQLCipher files, keys, triggers, damage."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from pathlib import Path

import msgspec
import pytest
import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from db import attempts, keyslots
from db.content import ContentFolder, examine_content, read_content, verify_content
from db.queries import items
from db.store import Store
from eum_app.crypto.passphrases import KdfParams
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal, Trouble
from eum_app.domain.facts import SiteRegistered
from eum_app.usecases.people.accounts import add_account
from eum_app.usecases.store.open_store import check_store, create_store, open_store, rebuild_store
from tests.builders import PASSPHRASE, Clock, make_store


def test_a_store_opens_with_its_passphrase_and_no_other(tmp_path: Path) -> None:
    make_store(tmp_path / "s", "field", "FLD-0042", Clock()).close()
    with pytest.raises(Refusal, match=r"passphrase\.wrong"):
        open_store(tmp_path / "s", "INS-017", PASSPHRASE + " ")
    with pytest.raises(Refusal, match=r"passphrase\.wrong"):
        open_store(tmp_path / "s", "INS-999", PASSPHRASE)
    session = open_store(tmp_path / "s", "INS-017", PASSPHRASE)
    assert (session.role, session.name) == ("inspector", "FLD-0042")
    session.close()


@pytest.mark.parametrize("suite", list(Suite))
def test_a_passphrase_is_derived_as_its_suite_says_at_a_cost_measured_when_the_store_is_made(
    tmp_path: Path, suite: Suite
) -> None:
    """`p384` is the FIPS profile. Later accounts cost the same, each with a separate salt."""
    session = create_store(
        tmp_path / "s",
        kind="hq",
        name="HQ-01",
        account="REV-004",
        role="administrator",
        passphrase=PASSPHRASE,
        suite=suite,
    )
    add_account(session, account="REV-009", role="reviewer", passphrase=PASSPHRASE)
    session.close()
    first, second = (slot.kdf for slot in keyslots.read_store_file(tmp_path / "s").slots)
    assert first.kdf == {Suite.HYBRID: "argon2id", Suite.P384: "pbkdf2-sha512"}[suite]
    least = KdfParams.calibrated(suite, 0)
    assert (first.iterations, first.memory_kib) >= (least.iterations, least.memory_kib)
    assert msgspec.structs.replace(second, salt=first.salt) == first
    assert second.salt != first.salt
    open_store(tmp_path / "s", "REV-009", PASSPHRASE).close()


def test_nothing_on_the_disk_is_readable(tmp_path: Path) -> None:
    session = make_store(tmp_path / "s", "hq", "HQ-01", Clock())
    with session.writing() as transaction:
        transaction.record(SiteRegistered(observed_at="2026", site_id="s1", name="Depot Marigold", country="XX"))
        transaction.seal_content(b"Depot Marigold photo " * 10_000, "image/png")
    found = [path for path in (tmp_path / "s").rglob("*") if path.is_file() and b"Marigold" in path.read_bytes()]
    assert found == []
    plain = sqlite3.connect(tmp_path / "s" / "store.db")
    with contextlib.closing(plain), pytest.raises(sqlite3.DatabaseError):
        plain.execute("SELECT * FROM sqlite_master")
    session.close()


def test_two_accounts_open_one_store_and_cannot_take_each_others_slot(tmp_path: Path) -> None:
    session = make_store(tmp_path / "s", "hq", "HQ-01", Clock(), role="administrator")
    add_account(session, account="REV-009", role="reviewer", passphrase="another passphrase")
    session.close()
    other = open_store(tmp_path / "s", "REV-009", "another passphrase")
    assert other.role == "reviewer"
    with pytest.raises(Refusal, match=r"permission\.denied"):
        add_account(other, account="X", role="reviewer", passphrase="another passphrase")
    other.close()
    store_file = keyslots.read_store_file(tmp_path / "s")
    first, second = store_file.slots
    swapped = (msgspec.structs.replace(first, account="REV-009"), msgspec.structs.replace(second, account="REV-004"))
    keyslots.write_store_file(tmp_path / "s", msgspec.structs.replace(store_file, slots=swapped), bytes(32))
    with pytest.raises(Refusal, match=r"passphrase\.wrong"):
        open_store(tmp_path / "s", "REV-009", PASSPHRASE)


_AGAIN = "INSERT OR REPLACE INTO journal SELECT * FROM journal WHERE seq = 2"


@pytest.mark.parametrize("statement", ["UPDATE journal SET actor = 'X'", "DELETE FROM journal", _AGAIN])
def test_the_journal_takes_no_update_and_no_delete(tmp_path: Path, statement: str) -> None:
    session = make_store(tmp_path / "s", "field", "FLD-0042", Clock())
    with pytest.raises(DatabaseError, match="append-only"), session.writing() as transaction:
        transaction.connection.execute(text(statement))
    session.close()


def test_what_is_committed_is_synced_and_nothing_is_sorted_on_the_disk(tmp_path: Path) -> None:
    """Every connection: those for reading and writing, and one that was closed and made again."""
    wanted = {"journal_mode": "wal", "synchronous": 2, "temp_store": 2, "secure_delete": 1, "recursive_triggers": 1}
    session = make_store(tmp_path / "s", "field", "FLD-0042", Clock())
    rebuild_store(session)  # which sets some of it otherwise meanwhile
    session.change_data_key(keyslots.new_data_key())
    with session.store.reading() as reading, session.store.reading() as other:
        for connection in (reading, other):
            found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in wanted}
            assert found == wanted
    session.close()
    with attempts._begun(tmp_path / "s") as counting:
        assert counting.execute("PRAGMA synchronous").fetchone() == (3,)  # EXTRA: the folder as well


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="the folder of a descriptor cannot be asked here")
def test_folders_that_are_made_are_synced_in_those_that_hold_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a power cut takes the folder, with a photo that was synced in it."""
    really, synced = os.fsync, set[Path]()

    def fsync(descriptor: int) -> None:
        synced.add(Path(f"/proc/self/fd/{descriptor}").readlink())
        really(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    folder = tmp_path / "new" / "s"
    session = make_store(folder, "field", "FLD-0042", Clock())
    with session.writing() as transaction:
        ref = transaction.seal_content(os.urandom(300_000), "image/png")
        photo = session.store.content.path_of(ref.object_id)
        assert {tmp_path, tmp_path / "new", folder, folder / "content", photo.parent} <= synced
        assert any(path.parent == photo.parent for path in synced), "the photo, before it had its name"
    session.close()


def test_a_store_without_its_triggers_is_not_opened(tmp_path: Path) -> None:
    session = make_store(tmp_path / "s", "field", "FLD-0042", Clock())
    with session.writing() as transaction:
        transaction.connection.execute(text("DROP TRIGGER journal_takes_no_delete"))
    session.store.close()
    with pytest.raises(Trouble, match=r"store\.triggers_missing"):
        open_store(tmp_path / "s", "INS-017", PASSPHRASE)


def _raw(session_folder: Path, data_key: bytes) -> sqlcipher.Connection:
    connection = sqlcipher.connect(str(session_folder / "store.db"), isolation_level=None)
    connection.execute(f"PRAGMA key = \"x'{data_key.hex()}'\"")
    return connection


def test_an_entry_changed_behind_our_back_is_found_at_opening(tmp_path: Path) -> None:
    session = make_store(tmp_path / "s", "field", "FLD-0042", Clock())
    data_key = session.ticket.data_key
    session.close()
    raw = _raw(tmp_path / "s", data_key)
    (create,) = raw.execute("SELECT sql FROM sqlite_master WHERE name = 'journal_takes_no_update'").fetchone()
    raw.execute("DROP TRIGGER journal_takes_no_update")
    raw.execute("UPDATE journal SET actor = 'INS-018' WHERE seq = 2")
    raw.execute(create)
    raw.close()
    with pytest.raises(Trouble, match=r"store\.chain_damaged") as caught:
        open_store(tmp_path / "s", "INS-017", PASSPHRASE)
    assert caught.value.values["seq"] == 2


def test_a_store_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    session = make_store(tmp_path / "s", "field", "FLD-0042", Clock())
    with session.writing() as transaction:
        transaction.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    session.store.close()
    with pytest.raises(Refusal, match=r"store\.newer"):
        open_store(tmp_path / "s", "INS-017", PASSPHRASE)
    path = tmp_path / "s" / keyslots.FILE_NAME
    data = json.loads(path.read_text())
    path.write_text(json.dumps({**data, "format": 3}))
    with pytest.raises(Refusal, match=r"store\.newer"):
        open_store(tmp_path / "s", "INS-017", PASSPHRASE)


def test_a_damaged_database_is_not_called_a_wrong_passphrase(tmp_path: Path) -> None:
    make_store(tmp_path / "s", "field", "FLD-0042", Clock()).close()
    path = tmp_path / "s" / "store.db"
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    with pytest.raises(Trouble, match=r"store\.damaged"):
        open_store(tmp_path / "s", "INS-017", PASSPHRASE)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"format":2}', b"x" * 2_000_000])
def test_a_damaged_keyslot_file_is_reported_as_damaged(tmp_path: Path, content: bytes) -> None:
    make_store(tmp_path / "s", "field", "FLD-0042", Clock()).close()
    (tmp_path / "s" / keyslots.FILE_NAME).write_bytes(content)
    with pytest.raises(Refusal, match=r"keyslots\.damaged"):
        open_store(tmp_path / "s", "INS-017", PASSPHRASE)


def test_a_store_is_never_made_over_another(tmp_path: Path) -> None:
    make_store(tmp_path / "s", "field", "FLD-0042", Clock()).close()
    before = (tmp_path / "s" / keyslots.FILE_NAME).read_bytes()
    with pytest.raises(Refusal, match=r"store\.exists"):
        make_store(tmp_path / "s", "field", "FLD-0043", Clock())
    assert (tmp_path / "s" / keyslots.FILE_NAME).read_bytes() == before


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    session = make_store(tmp_path / "s", "hq", "HQ-01", Clock())
    before = check_store(session)

    def record_and_fail() -> None:
        with session.writing() as transaction:
            transaction.record(SiteRegistered(observed_at="2026", site_id="s1", name="Depot 7", country="XX"))
            raise Refusal("site.unknown")

    with pytest.raises(Refusal, match=r"site\.unknown"):
        record_and_fail()
    assert check_store(session) == before
    assert session.read(items.all_sites) == []
    session.close()


def test_recording_nothing_leaves_the_time_of_later_facts_alone(tmp_path: Path) -> None:
    session = make_store(tmp_path / "s", "hq", "HQ-01", Clock())
    before = session.observed_now()
    with session.writing() as transaction:
        assert transaction.record_all([]) == []
    assert before <= session.observed_now() < "3000"
    session.close()


def test_a_rebuild_gives_the_same_tables(tmp_path: Path) -> None:
    session = make_store(tmp_path / "s", "hq", "HQ-01", Clock())
    with session.writing() as transaction:
        transaction.record(SiteRegistered(observed_at="2026", site_id="s1", name="Depot 7", country="XX"))
    before = session.read(items.all_sites)
    assert rebuild_store(session) == 6
    assert session.read(items.all_sites) == before
    session.close()


def test_orphans_are_swept_and_content_is_kept(tmp_path: Path) -> None:
    session = make_store(tmp_path / "s", "field", "FLD-0042", Clock())
    big = os.urandom(300_000)
    with session.writing() as transaction:
        ref = transaction.seal_content(big, "image/png")

    def seal_and_fail() -> None:
        with session.writing() as transaction:
            transaction.seal_content(big, "image/png")
            raise Refusal("photo.kind")

    with pytest.raises(Refusal, match=r"photo\.kind"):
        seal_and_fail()
    files = list((tmp_path / "s" / "content").rglob("*"))
    assert len([path for path in files if path.is_file()]) == 2
    assert session.store.sweep() == 0  # too young: its transaction might be under way
    assert session.store.sweep(age_s=-1) == 1
    assert session.content(ref) == big
    session.store.content.path_of(ref.object_id).unlink()
    assert check_store(session)[1] == [ref.object_id]
    session.close()


def test_content_whose_commitment_is_not_hex_is_refused(tmp_path: Path) -> None:
    session = make_store(tmp_path / "s", "field", "FLD-0042", Clock())
    with session.writing() as transaction:
        ref = transaction.seal_content(b"a note", "text/plain")
    for read in (read_content, verify_content):
        with pytest.raises(Refusal, match=r"object\.not_as_committed"):
            session.read(read, session.store.content, msgspec.structs.replace(ref, commitment="not hex"))
    session.close()


class FailingDisk(ContentFolder):
    """Content in a regular file that opens and cannot be read. A link to it would not be followed."""

    def path_of(self, object_id: str) -> Path:
        del object_id
        return Path("/proc/self/mem")


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that opens and cannot be read")
def test_a_disk_that_fails_while_content_is_read_is_named(tmp_path: Path) -> None:
    session = make_store(tmp_path / "s", "field", "FLD-0042", Clock())
    with session.writing() as transaction:
        ref = transaction.seal_content(os.urandom(300_000), "image/png")
    failing = FailingDisk(session.store.content.folder)
    for read in (read_content, verify_content):
        with pytest.raises(Trouble, match=r"disk\.failed"):
            session.read(read, failing, ref)
    assert session.read(examine_content, failing).missing == (ref.object_id,)
    session.close()


def test_the_data_key_never_shows(tmp_path: Path) -> None:
    session = make_store(tmp_path / "s", "field", "FLD-0042", Clock())
    key = session.ticket.data_key
    assert key.hex() not in repr(session.ticket)
    assert repr(key) not in repr(session.ticket)
    session.close()
    with pytest.raises(Trouble, match=r"store\.damaged"):
        Store.open(tmp_path / "s", bytes(32), Clock())


def test_the_schema_is_what_the_migrations_make(tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from db.tables import kept, read

    session = make_store(tmp_path / "s", "field", "FLD-0042", Clock())
    with session.store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        differences = [
            difference
            for difference in compare_metadata(context, kept)
            if not (difference[0] in {"remove_table", "remove_index"} and _table(difference[1]) in read.tables)
            and not _table(difference[1]).startswith("item_search")
        ]
    assert differences == []
    session.close()


def _table(thing: object) -> str:
    return getattr(getattr(thing, "table", thing), "name", "")
