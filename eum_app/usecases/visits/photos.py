"""Photos as evidence: only real pictures are accepted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from db.files import is_file
from db.transaction import Transaction
from eum_app.domain.checklists import NOT_APPLICABLE, NOT_OBSERVED, Answer, Checklist
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import ContentRef
from eum_app.domain.pictures import MAX_BYTES, PictureForm, picture_head
from eum_app.scanning.images import load_grey

_MEDIA_TYPES: Final = {PictureForm.JPEG: "image/jpeg", PictureForm.PNG: "image/png"}


def check_photo(photo: bytes) -> str:
    """Decode a photo completely and return its media type.

    Raises Refusal `photo.kind` (neither JPEG nor PNG), `photo.too_large`, and `image.…` for one that is damaged or has
    too many pixels. HQ shows every photo that passes.
    """
    if len(photo) > MAX_BYTES:
        raise Refusal("photo.too_large", megabytes=MAX_BYTES // 1_000_000)
    try:
        head = picture_head(photo)
    except Refusal as refusal:
        if refusal.code == "picture.too_large":
            raise Refusal("image.too_large", megapixels=refusal.values["megapixels"]) from refusal
        raise Refusal("photo.kind" if refusal.code == "picture.kind" else "image.unreadable") from refusal
    load_grey(photo)
    return _MEDIA_TYPES[head.form]


def read_photo(path: Path) -> bytes:
    """Return the bytes of a JPEG or PNG file that decodes completely.

    Raises Refusal as `read_file` and `check_photo` do.
    """
    data = read_file(path)
    check_photo(data)
    return data


def read_file(path: Path) -> bytes:
    """Return the bytes of a file, of any size and content; links are followed.

    Raises Refusal `image.missing` (also a folder, a pipe, a device, or a file in a folder that may not be entered),
    `image.unreadable`.
    """
    if not is_file(path):  # a pipe or a device would never end
        raise Refusal("image.missing", path=str(path))
    try:
        return path.read_bytes()
    except OSError:
        raise Refusal("image.unreadable") from None


def keep_answer_photos(
    transaction: Transaction,
    checklist: Checklist,
    answers: Iterable[Answer],
    pictures: Mapping[str, bytes],
    held: Collection[str] = (),
) -> tuple[tuple[Answer, ...], dict[str, ContentRef]]:
    """Store the photos of answers; return the answers and the content by question id.

    The answers keep their order; the content is that of new photos only. The value of a photo answer becomes the object
    id of its photo. `pictures` maps a question id to a photo; `held` are the object ids that the visit already has.
    Raises Refusal `answer.photo_missing` for an answer without its photo, and as `check_photo` does; Trouble for disk
    errors.
    """
    of_photos = {question.question_id for question in checklist.questions if question.kind == "photo"}
    kept: list[Answer] = []
    content: dict[str, ContentRef] = {}
    for answer in answers:
        is_words = answer.question_id not in of_photos or answer.value in {NOT_APPLICABLE, NOT_OBSERVED}
        picture = pictures.get(answer.question_id)
        if is_words or (picture is None and answer.value in held):
            kept.append(answer)
        elif picture is None:
            raise Refusal("answer.photo_missing", question_id=answer.question_id)
        else:
            ref = transaction.seal_content(picture, check_photo(picture))
            content[answer.question_id] = ref
            kept.append(msgspec.structs.replace(answer, value=ref.object_id))
    return tuple(kept), content
