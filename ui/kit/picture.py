"""Show pictures of evidence: JPEG and PNG only, decoded in a child process that holds no keys.

Qt would choose among all its picture plugins by content. Its SVG plugin loads local files into a picture, and needs
minutes for two kilobytes; a device could sign such a file as evidence. A fault in a decoder ends the child alone.
"""

from __future__ import annotations

from typing import IO, Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage

from eum_app.bounded_child import BoundedChild, ChildEndedError, read_whole
from eum_app.domain.errors import Refusal, Trouble
from eum_app.domain.pictures import picture_head
from ui.kit.picture_child import ANSWER, COMMAND, REQUEST, SECONDS

MAX_SHOWN_PIXELS: Final = 24_000_000
"""Larger pictures are reduced to this, at most 96 MB in memory."""

_child = BoundedChild(COMMAND)


def decoded(data: bytes, room: QSize | None = None) -> QImage:
    """Return the picture in the bytes of a JPEG or PNG file, turned as it says (EXIF). Call it off the GUI thread.

    A picture that does not fit into `room`, or has more than `MAX_SHOWN_PIXELS`, is reduced. Raises Refusal as
    `picture_head` does, before a decoder sees the file; Refusal `picture.damaged` if the decoder refuses it,
    `picture.slow` (seconds) and `picture.crashed`; Trouble `task.child_not_started`, and `task.child_ended` if the
    decoder was ended meanwhile (`end_decoder`).
    """
    head = picture_head(data)
    size = QSize(head.width, head.height)
    pixels = head.width * head.height
    if pixels > MAX_SHOWN_PIXELS:
        part = (MAX_SHOWN_PIXELS / pixels) ** 0.5
        size = QSize(int(head.width * part), int(head.height * part))
    if room is not None and (size.width() > room.width() or size.height() > room.height()):
        size.scale(room, Qt.AspectRatioMode.KeepAspectRatio)
    size = size.expandedTo(QSize(1, 1))

    def send(requests: IO[bytes]) -> None:
        requests.write(REQUEST.pack(head.form.encode(), size.width(), size.height(), len(data)))
        requests.write(data)

    try:
        image = _child.ask(send, lambda answers: _received(answers, size), SECONDS)
    except ChildEndedError as ended:
        if ended.is_stopped:
            raise Trouble("task.child_ended", exit_code=0) from ended
        if ended.is_late:
            raise Refusal("picture.slow", seconds=round(SECONDS)) from ended
        raise Refusal("picture.crashed") from ended
    except OSError as error:
        raise Trouble("task.child_not_started", reason=error.strerror or "") from error
    if image.isNull():
        raise Refusal("picture.damaged")
    return image


def decoder_pid() -> int | None:
    """Return the process number of the decoder; None if none is running."""
    return _child.pid


def end_decoder() -> None:
    """End the child process that decodes. Call it at lock and at the end; the next picture starts another."""
    _child.close()


def _received(answers: IO[bytes], size: QSize) -> QImage:
    """Read one picture of at most `size`, whichever way it is turned. Raises EOFError, ValueError."""
    width, height, has_alpha = ANSWER.unpack(read_whole(answers, ANSWER.size))
    if (width, height, has_alpha) == (0, 0, 0):
        return QImage()
    if max(width, height) > max(size.width(), size.height()) or width * height > size.width() * size.height():
        raise ValueError("larger than was asked for")
    form = QImage.Format.Format_ARGB32_Premultiplied if has_alpha else QImage.Format.Format_RGB32
    image = QImage(width, height, form)
    if image.isNull():  # no memory
        raise ValueError("no room for the pixels")
    pixels = image.bits()
    if answers.readinto(pixels) != len(pixels):  # type: ignore[attr-defined]  # a BufferedReader reads all
        raise EOFError
    return image
