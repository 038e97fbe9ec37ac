"""Notice and consent: a text that an administrator sets and every person accepts before a store opens."""

from __future__ import annotations

from db.kept_notice import keep_notice, kept_notice
from db.notice import MAX_TEXT_CHARS as MAX_TEXT_CHARS
from db.notice import Notice as Notice
from db.notice import read_notice, write_notice
from db.store import Store
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import NoticePublished
from eum_app.domain.people import Permission
from eum_app.usecases.changes import Changed
from eum_app.usecases.session import NOTICE_ID, Session


def current_notice(session: Session) -> Notice | None:
    """Return the notice that was set for this store; None for the app's default text."""
    return session.read(kept_notice)


def set_notice(session: Session, text: str, *, is_required: bool) -> Changed:
    """Set the text that is shown from the next unlock on, without the blanks around it.

    If `is_required`, the store cannot be opened without accepting it: not in a window, at the command line, or with a
    recovery code. Raises Refusal `permission.denied`, `notice.text` (empty, or over `MAX_TEXT_CHARS`); Trouble for
    disk errors. If only the file beside the store cannot be written, the text is set all the same.
    """
    session.require(Permission.ACCOUNT_MANAGE)
    text = text.strip()
    if not text or len(text) > MAX_TEXT_CHARS:
        raise Refusal("notice.text", limit=MAX_TEXT_CHARS)
    notice = Notice(text, is_required)
    with session.writing() as transaction:
        keep_notice(transaction.connection, notice)
        transaction.record(
            NoticePublished(
                observed_at=session.observed_now(), notice_id=notice.notice_id, text=text, is_required=is_required
            )
        )
        areas = frozenset(transaction.areas)
    write_notice(session.store.folder, notice)
    return Changed(areas)


def require_accepted(store: Store, notice_accepted_at: str | None) -> str:
    """Return the id of the store's notice, or `NOTICE_ID` if none was set.

    A file beside the store that shows another text is first replaced by the store's notice. Raises Refusal
    `notice.not_accepted` if acceptance is required, and it is missing or was of another text; Trouble for disk errors.
    """
    with store.reading() as connection:
        notice = kept_notice(connection)
    if notice is None:
        return NOTICE_ID
    shown = read_notice(store.folder)
    if shown != notice:
        write_notice(store.folder, notice)
    # Acceptance of another text does not count: the file beside the store is not protected and may be outdated.
    if notice.is_required and (notice_accepted_at is None or shown != notice):
        raise Refusal("notice.not_accepted", notice_id=notice.notice_id)
    return notice.notice_id
