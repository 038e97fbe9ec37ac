"""Write a signed head: as a file, or as pictures of QR symbols."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from db.files import written_whole
from eum_app.domain.tree_heads import SignedHead, encode_head
from eum_app.scanning.file_symbols import MAX_PART_BYTES, pictures_of

PICTURE: Final = ".png"


def write_head(signed: SignedHead, path: Path) -> tuple[Path, ...]:
    """Write a head to `path`, and return the files; existing ones are replaced.

    A name that ends in `.png` gives pictures of QR symbols: one, or `head-1of3.png` and so on. Raises Refusal
    `symbols.too_long`; Trouble for disk errors.
    """
    data = encode_head(signed)
    if path.suffix.lower() != PICTURE:
        contents, paths = [data], [path]
    else:
        contents = pictures_of(data, whole_up_to=MAX_PART_BYTES)
        count = len(contents)
        numbered = [path.with_name(f"{path.stem}-{number}of{count}{path.suffix}") for number in range(1, count + 1)]
        paths = numbered if count > 1 else [path]
    for name, content in zip(paths, contents, strict=True):
        with written_whole(name) as file:
            file.write(content)
    return tuple(paths)
