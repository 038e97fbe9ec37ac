"""Child process that renders one PDF: it reads a job from standard input and writes the PDF to standard output."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from assets import asset
from eum_app.reports.formats.printable import (
    Fits,
    letters_that_do_not_fit,
    notes,
    spell_out,
    texts_of,
    words_that_do_not_fit,
)

COMMAND: Final = "set-pdf"
_ATTEMPT: Final = b"""#set document(title: "Attempt")
#set text(font: "Inter", lang: "en")
#for one in json(bytes(sys.inputs.data)).texts [#text(one) \\ ]
"""
"""Sets each text by itself, as the templates do; only whether that succeeds is of interest."""


class Job(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Template name (`assets/reports/<template>.typ`) and the JSON text that the template reads."""

    template: str
    data: str


def main() -> int:
    """Read a `Job` from standard input and write its PDF to standard output.

    Return 0, or 1 with typst's message on standard error. Raises msgspec.DecodeError for an unreadable job.
    """
    import typst

    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    folder = asset("reports")
    # Loading the fonts takes longer than one attempt with a text.
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(asset("fonts")), str(asset("report-fonts"))])
    template = folder / f"{job.template}.typ"
    compiler = typst.Compiler(str(template), root=str(folder), font_paths=fonts)

    def rendered(data: dict[str, Any]) -> bytes:
        inputs = {"data": msgspec.json.encode(data).decode()}
        pdf = compiler.compile(template, format="pdf", pdf_standards="ua-1", sys_inputs=inputs)
        assert isinstance(pdf, bytes)
        return pdf

    def fits(texts: Sequence[str]) -> bool:
        inputs = {"data": msgspec.json.encode({"texts": texts}).decode()}
        try:
            compiler.compile(_ATTEMPT, format="pdf", pdf_standards="ua-1", sys_inputs=inputs)
        except typst.TypstError:
            return False
        return True

    try:
        pdf = _set_with_what_fits(msgspec.json.decode(job.data), rendered, fits, typst.TypstError)
    except typst.TypstError as error:
        sys.stderr.write(str(error))
        return 1
    sys.stdout.buffer.write(pdf)
    sys.stdout.buffer.flush()
    return 0


def _set_with_what_fits(
    data: dict[str, Any], rendered: Callable[[dict[str, Any]], bytes], fits: Fits, error: type[Exception]
) -> bytes:
    """Render the job's data; characters without a glyph are replaced by their code points, and noted."""
    letters = letters_that_do_not_fit(texts_of(data), fits)
    shown = spell_out(data, letters) if letters else data
    try:
        return rendered({**shown, "spelled": notes(data, shown)})
    except error:
        # Each character has a glyph in some font, but one of their combinations in none.
        words = words_that_do_not_fit(texts_of(shown), fits)
        if not words:
            raise
        shown = spell_out(data, letters, words)
        return rendered({**shown, "spelled": notes(data, shown)})
