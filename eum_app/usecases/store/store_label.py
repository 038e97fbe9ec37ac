"""What a locked device may show of itself: its name and kind. Imports little, for the page before unlocking."""

from __future__ import annotations

from pathlib import Path

from db.label import Label as StoreLabel
from db.label import read_label
from db.notice import Notice, read_notice
from eum_app.domain.errors import Refusal


def store_label(folder: Path) -> StoreLabel:
    """Raises Refusal `store.absent`, `store.newer`, `keyslots.damaged`; Trouble of the disk."""
    return read_label(folder)


def notice_beside(folder: Path) -> Notice | None:
    """The notice to be shown before a store is opened (`people.notice`); None for the program's own words."""
    return read_notice(folder)


def require_shown(folder: Path, shown: Notice | None) -> None:
    """Before a store is opened by who accepted `shown`. Raises Refusal `notice.not_accepted` where another notice has
    taken its place since."""
    notice = notice_beside(folder)
    if notice is not None and notice != shown:
        raise Refusal("notice.not_accepted", notice_id=notice.notice_id)
