"""The visit record: items seen, by whom, with which evidence; the site's checklist, findings and signatures.

Auditors missed written counts and the signatures of both sides (DODIG-25-019; GAO-14-161). Only the PDF shows names and
drawn signatures of the host's people; the other formats hold their commitments.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from db.queries.checks import EvidenceRow
from db.queries.claims import LabelsNoted
from db.queries.deficiency_rows import Correction, Deficiency
from db.queries.findings import FindingRow, ReviewRow
from db.queries.reports import SiteAnswerRow, VisitItemRow
from db.queries.visits import VisitRow
from eum_app.domain.checklists import (
    NOT_APPLICABLE,
    NOT_OBSERVED,
    Answer,
    Checklist,
    Question,
    deviations,
    names_content,
    visible_questions,
)
from eum_app.domain.clock import instant_words
from eum_app.domain.compliance.balance import Verdict, VisitBalance
from eum_app.domain.compliance.rules import RULES, question_of
from eum_app.domain.facts import ClockJumped, PartySignature
from eum_app.domain.journal import Head
from eum_app.domain.translatable import QT_TRANSLATE_NOOP
from eum_app.domain.visits import NOT_SIGHTED, TO_CHECK, sighting_grade
from eum_app.reports.model import Column, Counts, Cover, Document, Figure, Made, Section, Table, heads_section
from eum_app.reports.visit_deficiencies import deficiency_table
from eum_app.reports.visit_said import amendment_said, closed_said, due_said, planned_said
from eum_app.wording.balance_words import balance_parts, balance_sentence
from eum_app.wording.reading import how_read
from eum_app.wording.report_words import visit_kind, word
from eum_app.wording.testimony import answer_said, differences_said

REPORT: Final = "visit-record"
TITLE: Final = "Visit record"
STATEMENT: Final = "host-statement"
COLUMNS: Final = (
    Column(QT_TRANSLATE_NOOP("reports", "Serial Number"), "serial", "text", 18),
    Column(QT_TRANSLATE_NOOP("reports", "Mark Read"), "read", "text", 22),
    Column(QT_TRANSLATE_NOOP("reports", "UII"), "uii", "text", 30),
    Column(QT_TRANSLATE_NOOP("reports", "Part Number"), "part_number", "text", 16),
    Column(QT_TRANSLATE_NOOP("reports", "Nomenclature"), "nomenclature", "text", 34),
    Column(QT_TRANSLATE_NOOP("reports", "Location"), "location", "text", 24),
    Column(QT_TRANSLATE_NOOP("reports", "Expected"), "expected", "code", 9),
    Column(QT_TRANSLATE_NOOP("reports", "Outcome"), "outcome", "code", 13),
    Column(QT_TRANSLATE_NOOP("reports", "Reason"), "reason", "code", 20),
    Column(QT_TRANSLATE_NOOP("reports", "Differences"), "differences", "text", 40),
    Column(QT_TRANSLATE_NOOP("reports", "Not As Expected"), "not_as_expected", "text", 40),
    Column(QT_TRANSLATE_NOOP("reports", "Answers"), "answers", "text", 60),
    Column(QT_TRANSLATE_NOOP("reports", "Evidence Grade"), "grade", "text", 9),
    Column(QT_TRANSLATE_NOOP("reports", "Read By"), "read_by", "code", 14),
    Column(QT_TRANSLATE_NOOP("reports", "How Read"), "how_read", "text", 40),
    Column(QT_TRANSLATE_NOOP("reports", "Why Not Read"), "no_read_reason", "code", 16),
    Column(QT_TRANSLATE_NOOP("reports", "Seen By"), "saw", "text", 12),
    Column(QT_TRANSLATE_NOOP("reports", "Typed By"), "typed_by", "text", 12),
    Column(QT_TRANSLATE_NOOP("reports", "Photos"), "photos", "count", 8),
    Column(QT_TRANSLATE_NOOP("reports", "Note"), "note", "text", 40),
    Column(QT_TRANSLATE_NOOP("reports", "Checked At"), "checked_at", "instant", 20),
    Column(QT_TRANSLATE_NOOP("reports", "Checked By"), "checked_by", "text", 12),
    Column(QT_TRANSLATE_NOOP("reports", "Fact"), "fact", "text", 18),
    Column(QT_TRANSLATE_NOOP("reports", "Seen For"), "saw_for", "text", 16),
    Column(QT_TRANSLATE_NOOP("reports", "Seen How"), "saw_how", "text", 24),
    Column(QT_TRANSLATE_NOOP("reports", "Signature"), "signature", "text", 20),
)
_ANSWER_COLUMNS: Final = (
    Column(QT_TRANSLATE_NOOP("reports", "Serial Number"), "serial", "text", 18),
    Column(QT_TRANSLATE_NOOP("reports", "Question"), "question", "text", 44),
    Column(QT_TRANSLATE_NOOP("reports", "Answer"), "answer", "code", 16),
    Column(QT_TRANSLATE_NOOP("reports", "Comment"), "comment", "text", 40),
    Column(QT_TRANSLATE_NOOP("reports", "As Expected"), "as_expected", "code", 12),
    Column(QT_TRANSLATE_NOOP("reports", "Filled By All As Expected"), "filled", "code", 12),
    Column(QT_TRANSLATE_NOOP("reports", "Fact"), "fact", "text", 18),
)
_SITE_COLUMNS: Final = (
    Column(QT_TRANSLATE_NOOP("reports", "Question"), "question", "text", 44),
    Column(QT_TRANSLATE_NOOP("reports", "Answer"), "answer", "code", 16),
    Column(QT_TRANSLATE_NOOP("reports", "Comment"), "comment", "text", 40),
    Column(QT_TRANSLATE_NOOP("reports", "Answered By"), "answered_by", "text", 12),
)
_FINDING_COLUMNS: Final = (
    Column(QT_TRANSLATE_NOOP("reports", "Finding"), "finding", "text", 38),
    Column(QT_TRANSLATE_NOOP("reports", "Severity"), "severity", "code", 10),
    Column(QT_TRANSLATE_NOOP("reports", "About"), "about", "text", 28),
    Column(QT_TRANSLATE_NOOP("reports", "Decision"), "decision", "code", 12),
    Column(QT_TRANSLATE_NOOP("reports", "Comment"), "comment", "text", 34),
    Column(QT_TRANSLATE_NOOP("reports", "Decided By"), "decided_by", "text", 11),
)
_STATEMENT_COLUMNS: Final = (Column(QT_TRANSLATE_NOOP("reports", "Line"), "line", "text", 120),)
_CLOCK_COLUMNS: Final = (
    Column(QT_TRANSLATE_NOOP("reports", "Change"), "change", "text", 12),
    Column(QT_TRANSLATE_NOOP("reports", "Clock"), "clock", "text", 60),
)
_EVIDENCE_COLUMNS: Final = (
    Column(QT_TRANSLATE_NOOP("reports", "Of"), "of", "text", 18),
    Column(QT_TRANSLATE_NOOP("reports", "Kind"), "role", "text", 14),
    Column(QT_TRANSLATE_NOOP("reports", "Type"), "media_type", "text", 13),
    Column(QT_TRANSLATE_NOOP("reports", "Bytes"), "size", "count", 10),
    Column(QT_TRANSLATE_NOOP("reports", "Commitment (SHA-384 of salt and content)"), "commitment", "text", 60),
)


@dataclass(frozen=True)
class VisitSeen:
    """All data of one record, read in one transaction.

    `notes` are texts by check id, or the reason why a text is missing. `statement` are the lines of the statement that
    was signed last; empty if none was, or an earlier version kept none.
    """

    visit: VisitRow
    balance: VisitBalance
    outcomes: Mapping[str, int]
    rows: Sequence[VisitItemRow]
    notes: Mapping[str, str]
    item_checklist: Checklist | None
    checklist: Checklist | None
    answers: Sequence[SiteAnswerRow]
    evidence: Sequence[EvidenceRow]
    findings: Sequence[tuple[FindingRow, ReviewRow | None]]
    signatures: Sequence[PartySignature]
    pictures: tuple[tuple[str, bytes | str], ...]
    not_received: int
    heads: Sequence[Head]
    labels: LabelsNoted
    jumps: Sequence[ClockJumped] = ()
    statement: Sequence[str] = ()
    deficiencies: Sequence[Deficiency] = ()
    loose: Sequence[Correction] = ()
    """Corrections of deficiencies that this store does not hold."""


def grades_of(seen: VisitSeen) -> dict[str, int]:
    """Count all rows by the grade of their sighting, sorted by grade; "none" for rows without a check.

    A check that sighted nothing counts as `NOT_SIGHTED`.
    """
    return dict(sorted(Counter(_grade(row) or (NOT_SIGHTED if row.outcome else "none") for row in seen.rows).items()))


def _grade(row: VisitItemRow) -> str:
    return sighting_grade(row.outcome, row.grade)


def visit_record_report(seen: VisitSeen, made: Made, rows: Iterable[Sequence[str]]) -> Document:
    """Return the record as a cover and six tables, one about deficiencies if any, and one about a changed clock.

    `rows` are `item_cells`.
    """
    visit, balance, outcomes = seen.visit, seen.balance, seen.outcomes
    cover = Cover(
        report=REPORT,
        title=TITLE,
        subject=", ".join(part for part in (visit.site, visit.country, due_said(visit)) if part),
        as_of=made.as_of,
        made_by=made.by,
        made_at_store=made.at_store,
        reconciliation=balance_sentence(balance),
        is_reconciled=balance.verdict is Verdict.RECONCILED,
        verdict=balance.verdict,
        sections=(
            Section(
                "Visit",
                (
                    ("Program", word(visit.program)),
                    ("Purpose", visit_kind(visit.purpose)),
                    ("Inspector, device", f"{visit.inspector}, {visit.device}"),
                    ("Planned", planned_said(visit)),
                    ("Closed out", closed_said(visit)),
                    *amendment_said(visit),
                    ("Visit", visit.visit_id),
                ),
            ),
            Section(
                "Outcomes",
                (*((word(name), count) for name, count in outcomes.items()), ("Expected", visit.expected)),
            ),
            Section("Evidence grades", tuple((word(name), count) for name, count in grades_of(seen).items())),
            *_label_section(seen.labels),
            *_clock_section(seen.jumps),
            Section("Signatures", (*_signature_lines(seen.signatures), *_owed_signatures(seen.rows))),
            Section("Completeness", (("Facts not yet received", seen.not_received),)),
            heads_section(seen.heads),
        ),
    )
    tables = (
        Table("items", "Items", COLUMNS, rows, len(seen.rows)),
        _table("item-answers", "Answers about each item", _ANSWER_COLUMNS, _answer_cells(seen), in_pdf=False),
        _table(STATEMENT, _statement_title(visit), _STATEMENT_COLUMNS, ((line,) for line in seen.statement)),
        _table("site-checklist", "Site checklist", _SITE_COLUMNS, _site_cells(seen)),
        *deficiency_table(visit.visit_id, seen.deficiencies, seen.loose),
        _table("findings", "Findings", _FINDING_COLUMNS, _finding_cells(seen)),
        _table("evidence", "Evidence", _EVIDENCE_COLUMNS, _evidence_cells(seen)),
        *_clock_table(seen.jumps),
    )
    counts = Counts(outcomes=outcomes, grades=grades_of(seen), unreconciled=balance.difference)
    figure = Figure(
        QT_TRANSLATE_NOOP("reports", "Still to check"),
        visit.to_check,
        QT_TRANSLATE_NOOP("reports", "of the expected items"),
        is_warning=visit.to_check > 0,
    )
    filters = {"visit_id": visit.visit_id, "site": visit.site}
    return Document(cover, tables, seen.pictures, counts, filters, figure=figure, reasons=tuple(balance_parts(balance)))


def item_cells(seen: VisitSeen) -> Iterator[Sequence[str]]:
    """Yield the cells of each row, in the order of `COLUMNS`: expected items first, then checks of unlisted items."""
    photos = Counter[str](row.check_id for row in seen.evidence if row.is_photo)
    for row in seen.rows:
        yield (
            row.serial,
            row.read_serial if row.read_serial != row.serial else "",
            row.uii,
            row.part_number,
            row.nomenclature,
            row.location,
            "yes" if row.is_expected else "no",
            row.outcome or TO_CHECK,
            row.reason,
            differences_said(row.testimony.differences),
            "; ".join(answer_said(question, answer) for question, answer, is_met in _answered(seen, row) if not is_met),
            "; ".join(answer_said(question, answer) for question, answer, _ in _answered(seen, row)),
            _grade(row),
            row.reading.read_by,
            how_read(row.reading),
            row.reading.no_read_reason,
            row.reading.saw or (row.actor if row.outcome else ""),
            row.reading.typed_by,
            str(photos[row.check_id]) if row.check_id else "0",
            seen.notes.get(row.check_id, ""),
            row.observed_at,
            row.actor,
            _fact(row),
            row.reading.saw_for,
            row.reading.saw_how,
            row.signature,
        )


def _owed_signatures(rows: Sequence[VisitItemRow]) -> Iterator[tuple[str, int]]:
    for account, count in sorted(Counter(row.actor for row in rows if row.signature).items()):
        yield f"Checks that {account} has not signed yet", count


def _fact(row: VisitItemRow) -> str:
    return f"{row.origin}/{row.epoch}/{row.seq}" if row.seq else ""


def _answered(seen: VisitSeen, row: VisitItemRow) -> Iterator[tuple[Question, Answer, bool]]:
    """Yield each answer about an item with its question, and whether it is as expected."""
    known = (
        {question.question_id: question for question in seen.item_checklist.questions} if seen.item_checklist else {}
    )
    answers = row.testimony.answers
    differing = {one.question_id for one in deviations(seen.item_checklist, answers)} if seen.item_checklist else set()
    for answer in answers:
        question = known.get(answer.question_id) or Question(answer.question_id, answer.question_id)
        yield question, answer, answer.question_id not in differing


def _answer_cells(seen: VisitSeen) -> Iterator[Sequence[str]]:
    for row in seen.rows:
        for question, answer, is_met in _answered(seen, row):
            yield (
                row.serial or row.read_serial,
                question.text,
                _said(question, answer.value),
                answer.comment,
                "yes" if is_met else "no",
                "yes" if answer.filled else "no",
                _fact(row),
            )


def _label_section(labels: LabelsNoted) -> tuple[Section, ...]:
    if not labels.labels:
        return ()
    lines = (("Labels noted", labels.labels), ("Items claimed, none of them sighted by it", labels.claims))
    return (Section("Container labels (claims)", lines),)


def clock_lines_of(jumps: Sequence[ClockJumped]) -> list[tuple[str, str]]:
    """Return how the clock of the device was changed during the visit: (direction, what it showed)."""
    return [
        (
            "Set back" if jump.to_at < jump.from_at else "Set ahead",
            f"showed {instant_words(jump.to_at)} when {instant_words(jump.from_at)} was expected",
        )
        for jump in jumps
    ]


def _clock_section(jumps: Sequence[ClockJumped]) -> tuple[Section, ...]:
    lines = tuple(clock_lines_of(jumps))
    return (Section("Clock of the device", lines),) if lines else ()


def _clock_table(jumps: Sequence[ClockJumped]) -> tuple[Table, ...]:
    if not jumps:
        return ()
    return (_table("clock", "Clock of the device", _CLOCK_COLUMNS, iter(clock_lines_of(jumps)), in_pdf=False),)


def _table(
    name: str, title: str, columns: tuple[Column, ...], rows: Iterator[Sequence[str]], *, in_pdf: bool = True
) -> Table:
    cells = list(rows)
    return Table(name, title, columns, cells, len(cells), in_pdf)


def _statement_title(visit: VisitRow) -> str:
    return "Statement for the host (void)" if visit.signatures_void else "Statement for the host"


def _signature_lines(signatures: Sequence[PartySignature]) -> Iterator[tuple[str, str]]:
    for signature in signatures:
        party = signature.party.capitalize()
        yield party, "Signed" if signature.signature else f"Declined: {signature.declined_reason}"
    if not signatures:
        yield "Inspector and host", "Not signed"


def _site_cells(seen: VisitSeen) -> Iterator[Sequence[str]]:
    answers = {answer.question_id: answer for answer in seen.answers}
    if seen.checklist is None:
        return
    for question in visible_questions(seen.checklist, _plain_answers(seen)):
        answer = answers.get(question.question_id)
        if answer is None:
            yield question.text, "", "Not answered", ""
        else:
            yield question.text, _said(question, answer.value), answer.comment, answer.actor


def _said(question: Question, value: str) -> str:
    """Return the answer in words. A photo is only named here; the evidence table lists it with its commitment."""
    if question.kind != "photo" or value in {NOT_APPLICABLE, NOT_OBSERVED}:
        return value
    return "photo" if names_content(value) else f"no photo, named only: {value}"


def _plain_answers(seen: VisitSeen) -> list[Answer]:
    return [Answer(answer.question_id, answer.value, answer.comment) for answer in seen.answers]


def _finding_cells(seen: VisitSeen) -> Iterator[Sequence[str]]:
    for row, review in seen.findings:
        rule = RULES.get(row.rule_id)
        also = [RULES[one].title for one in row.causes if one in RULES and one != row.rule_id]
        name = f"{rule.title} ({rule.citation})" if rule else row.rule_id
        yield (
            "; also: ".join((name, ", ".join(also))) if also else name,
            row.severity,
            _about(seen, row),
            row.decision or ("lapsed" if row.lapsed_at else "open"),
            review.comment if review else "",
            review.actor if review else "",
        )


def _about(seen: VisitSeen, row: FindingRow) -> str:
    """Return the items of a finding about checks, or the question of one about the site."""
    if row.check_ids:
        listed = set(row.check_ids)
        return ", ".join(one.serial or one.read_serial for one in seen.rows if one.check_id in listed)
    return row.serial or _question(seen, row) or "Site"


def _question(seen: VisitSeen, row: FindingRow) -> str:
    if seen.checklist is None:
        return ""
    asked = question_of(row.rule_id, row.visit_id, row.finding_id, seen.checklist)
    return next((question.text for question in seen.checklist.questions if question.question_id == asked), "")


def _evidence_cells(seen: VisitSeen) -> Iterator[Sequence[str]]:
    names = {row.check_id: row.serial or row.read_serial for row in seen.rows if row.check_id}
    for row in seen.evidence:
        if row.check_id and row.check_id not in names:
            continue  # of a check that no longer counts
        of = names.get(row.check_id, "Visit")
        kind = row.role.replace(":", ", ") + (", withheld by order" if row.is_withheld else "")
        yield of, kind, row.media_type.partition(";")[0], str(row.size), row.commitment
