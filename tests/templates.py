"""Worlds copied from a template, because making an HQ and a device takes ten times as long as copying their folders."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Hashable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from db.instance import Left, path_of, state_folder
from db.store import Store
from eum_app.usecases.session import Session, new_id

if TYPE_CHECKING:
    from tests.builders import World

_KEPT = tempfile.TemporaryDirectory(prefix="eum-templates-")
_templates: dict[Hashable, World] = {}
_used_by: dict[Hashable, str] = {}


def world_from_template(folder: Path, key: Hashable, make: Callable[[Path], World]) -> World:
    """Return a world in `folder` as `make` would make it there: the first of a test with this key is a copy.

    Further worlds of the same test are made, because two worlds in one test must not share keys and names of stores.
    """
    test = os.environ.get("PYTEST_CURRENT_TEST", "").rsplit(" ", 1)[0]
    if not test or _used_by.get(key) == test:
        return make(folder)
    _used_by[key] = test
    if key not in _templates:
        place = Path(_KEPT.name) / str(len(_templates))
        place.mkdir()
        template = make(place)
        for session in (template.hq, *template.devices.values()):
            session.store.close()
        _templates[key] = template
    return _copied(_templates[key], folder)


def begin_again() -> None:
    """Let the next world be a copy again: those that this test has made so far are closed."""
    _used_by.clear()


def _copied(template: World, folder: Path) -> World:
    shutil.copytree(template.folder, folder, dirs_exist_ok=True)
    clock = replace(template.clock)

    def opened(session: Session) -> Session:
        source = session.store.folder
        place = folder / source.name
        store_id = session.store.named.store_id
        _forget_removed(store_id)
        shutil.copyfile(path_of(store_id, source), path_of(store_id, place))  # else it is noticed as a copy
        ticket = replace(session.ticket, folder=place, session_id=new_id(), started_ns=time.monotonic_ns())
        made = Session(Store.open(place, ticket.data_key, clock), ticket, clock)
        made._began_at = session._began_at  # it continues the session that made the template
        return made

    hq = opened(template.hq)
    return replace(
        template,
        folder=folder,
        clock=clock,
        hq=hq,
        devices={name: opened(device) for name, device in template.devices.items()},
    )


def _forget_removed(store_id: str) -> None:
    """Forget copies whose folders are gone: a copy made by a later test would be taken for one of them, moved."""
    for path in (state_folder() / "stores").glob(f"{store_id}-*.json"):
        if not Path(msgspec.json.decode(path.read_bytes(), type=Left).folder).exists():
            path.unlink()
