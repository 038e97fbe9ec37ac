"""Name and kind of a locked store, for the unlock page. Imports little, so that the page appears quickly."""

from __future__ import annotations

from pathlib import Path

from db.label import Label as StoreLabel
from db.label import read_label
from db.notice import Notice as Notice
from db.notice import read_notice
from eum_app.domain.errors import Refusal


def store_label(folder: Path) -> StoreLabel:
    """Read a store's name and kind, which are not verified before the store is open.

    Raises Refusal `store.absent`, `store.newer`, `store.older`, `keyslots.damaged`; Trouble for disk errors.
    """
    return read_label(folder)


def notice_beside(folder: Path) -> Notice | None:
    """Return the notice to show before a store is opened (`people.notice`).

    None for the app's default text: the file is missing or unreadable. It is not protected; opening compares it.
    """
    return read_notice(folder)


def require_shown(folder: Path, shown: Notice | None) -> None:
    """Require that `shown`, the notice that a person accepted, is still the current one beside the store.

    Raises Refusal `notice.not_accepted` if another notice has replaced it. A missing file passes.
    """
    notice = notice_beside(folder)
    if notice is not None and notice != shown:
        raise Refusal("notice.not_accepted", notice_id=notice.notice_id)
