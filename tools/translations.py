"""Collect the texts that people see and build the catalogs: `make translations`, or `python -m tools.translations`.

Runs lupdate and lrelease of PySide6. Written are:

- `build/i18n/eum.ts`, the template for a new language; it follows from the source, so it is not committed.
- `assets/i18n/eum_en.ts`, the English singular and plural of each text with a number. New ones are marked unfinished.
- `assets/i18n/eum_en.qm`, the same for the running app. It is committed (a few kilobytes), because the app needs it and
  must start from a fresh clone without a build step.
- `build/i18n/eum_pseudo.ts` and `.qm`, the invented language that tests use to find texts that cannot be translated.
"""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import PySide6

ROOT: Final = Path(__file__).resolve().parent.parent
BUILD: Final = ROOT / "build" / "i18n"
ENGLISH: Final = ROOT / "assets" / "i18n" / "eum_en.ts"
FLOORS: Final = ("ui", "eum_app/domain", "eum_app/usecases", "eum_app/reports", "eum_app/wording")
"""Floors that mark texts for windows. The command line, report files and the demo stay in English."""

START, END = "⟦", "⟧"
LONGER: Final = 0.4
"""Share by which pseudo texts are longer: what German or Russian need for short texts."""
_ACCENTS: Final = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "ÅƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽåƀçðéƒĝĥîĵķļɱñöþǫŕšţûṽŵẋýž",
)
_KEPT: Final = re.compile(r"\{[^{}]*\}|%L?n|<[^<>]+>|&[a-z]+;")
"""Placeholders and tags: a translation keeps them as they are."""
_PAD: Final = "~~~~ "


def main() -> int:
    """Write the catalogs, and name texts without a finished translation on standard error. Return 0 in that case too.

    Raises CalledProcessError if a tool of Qt fails.
    """
    BUILD.mkdir(parents=True, exist_ok=True)
    ENGLISH.parent.mkdir(parents=True, exist_ok=True)
    template = collect(BUILD / "eum.ts")
    _lupdate("-pluralonly", "-no-obsolete", "-locations", "none", "-target-language", "en_US", "-ts", str(ENGLISH))
    release(ENGLISH, ENGLISH.with_suffix(".qm"))
    pseudo = write_pseudo(template, BUILD / "eum_pseudo.ts")
    release(pseudo, pseudo.with_suffix(".qm"))
    for context, source in unfinished(ENGLISH):
        sys.stderr.write(f"assets/i18n/eum_en.ts: write the singular and the plural of {source!r} in {context}\n")
    return 0


def collect(target: Path) -> Path:
    """Write the template of all texts to `target` and return it. Raises CalledProcessError if lupdate fails."""
    target.unlink(missing_ok=True)
    _lupdate("-locations", "relative", "-ts", str(target))
    return target


def release(source: Path, target: Path) -> Path:
    """Compile a .ts to a .qm and return it; unfinished texts are left out. Raises CalledProcessError if that fails."""
    _run("lrelease", "-silent", "-nounfinished", str(source), "-qm", str(target))
    return target


def messages(source: Path) -> Iterator[tuple[str, ET.Element]]:
    """Yield (context, message element) of a .ts file."""
    for context in ET.parse(source).getroot().iter("context"):  # noqa: S314  # our own file
        for message in context.iter("message"):
            yield context.findtext("name", ""), message


def unfinished(source: Path) -> list[tuple[str, str]]:
    """Return (context, text) of each message without a finished translation."""
    return [
        (context, message.findtext("source", ""))
        for context, message in messages(source)
        if (made := message.find("translation")) is None or made.get("type") == "unfinished"
    ]


def write_pseudo(template: Path, target: Path) -> Path:
    """Write the pseudo language to `target` and return it: each text in brackets, accented, longer, right to left."""
    tree = ET.parse(template)  # noqa: S314  # our own file
    root = tree.getroot()
    root.set("language", "ar")  # for the number of plural forms only
    for message in root.iter("message"):
        translation, text = message.find("translation"), message.findtext("source", "")
        assert translation is not None
        translation.attrib.pop("type", None)
        for part in list(translation):
            translation.remove(part)
        if message.get("numerus") == "yes":
            translation.text = None
            for _ in range(6):
                ET.SubElement(translation, "numerusform").text = pseudo(text)
        else:
            translation.text = pseudo(text)
    root.append(_direction())
    tree.write(target, encoding="utf-8", xml_declaration=True)
    return target


def pseudo(text: str) -> str:
    """Return `text` accented, in brackets and longer by about 40 %; placeholders and tags stay."""
    at, parts, letters = 0, [], 0
    for kept in _KEPT.finditer(text):
        parts += [text[at : kept.start()].translate(_ACCENTS), kept.group()]
        letters += kept.start() - at
        at = kept.end()
    parts.append(text[at:].translate(_ACCENTS))
    letters += len(text) - at
    more = -(-letters * LONGER // 1)
    padding = (_PAD * (int(more) // len(_PAD) + 1))[: int(more)].strip()
    return f"{START}{''.join(parts)}{' ' if len(padding) > 3 else ''}{padding}{END}"


def _direction() -> ET.Element:
    """Return the message by which Qt mirrors the layout of the windows, as in its Arabic catalog."""
    context = ET.Element("context")
    ET.SubElement(context, "name").text = "QGuiApplication"
    message = ET.SubElement(context, "message")
    ET.SubElement(message, "source").text = "QT_LAYOUT_DIRECTION"
    ET.SubElement(message, "translation").text = "RTL"
    return context


def _lupdate(*arguments: str) -> None:
    sources = sorted(str(path.relative_to(ROOT)) for floor in FLOORS for path in (ROOT / floor).rglob("*.py"))
    _run("lupdate", "-silent", "-source-language", "en_US", *sources, *arguments)


def _run(tool: str, *arguments: str) -> None:
    package = Path(PySide6.__file__).parent
    subprocess.run([str(package / tool), *arguments], cwd=ROOT, check=True, timeout=120)


if __name__ == "__main__":
    raise SystemExit(main())
