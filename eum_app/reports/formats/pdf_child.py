"""Child process that renders one PDF: it reads a job from standard input and writes the PDF to standard output."""

from __future__ import annotations

import sys
from typing import Final

import msgspec

from assets import asset

COMMAND: Final = "set-pdf"


class Job(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Template name (`assets/reports/<template>.typ`) and the JSON text that the template reads."""

    template: str
    data: str


def main() -> int:
    """Render the job. Return 0, or 1 with typst's message on standard error."""
    import typst

    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    folder = asset("reports")
    try:
        pdf = typst.compile(
            str(folder / f"{job.template}.typ"),
            root=str(folder),
            font_paths=[str(asset("fonts"))],
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards="ua-1",
            sys_inputs={"data": job.data},
        )
    except typst.TypstError as error:
        sys.stderr.write(str(error))
        return 1
    sys.stdout.buffer.write(pdf)
    sys.stdout.buffer.flush()
    return 0
