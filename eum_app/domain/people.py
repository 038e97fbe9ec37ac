"""Roles and their permissions. Roles are a rule of the program, not a cryptographic boundary inside a store."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import Final

import msgspec

from eum_app.domain.errors import Refusal
from eum_app.domain.vocabulary import Unknown, member_of


class Role(StrEnum):
    """Role of an account; `PERMISSIONS` lists what each may do."""

    INSPECTOR = "inspector"
    REVIEWER = "reviewer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """Rights of an account; use cases ask for one (`Session.require`)."""

    VISIT_WORK = "visit.work"
    VISIT_PLAN = "visit.plan"
    PAPER_PRINT = "paper.print"
    BUNDLE_SEAL = "bundle.seal"
    BUNDLE_IMPORT = "bundle.import"
    INVENTORY_IMPORT = "inventory.import"
    FINDING_REVIEW = "finding.review"
    DISPOSITION_STATE = "disposition.state"
    INCIDENT_RECORD = "incident.record"
    INQUIRY_MANAGE = "inquiry.manage"
    DEFICIENCY_STATE = "deficiency.state"
    CONTENT_WITHHOLD = "content.withhold"
    REPORT_EXPORT = "report.export"
    DEVICE_ENROL = "device.enrol"
    DEVICE_REQUEST = "device.request"
    ACCOUNT_MANAGE = "account.manage"
    RECOVERY_DISCLOSE = "recovery.disclose"
    ESCROW_OPEN = "escrow.open"
    STORE_ROTATE = "store.rotate"
    STORE_ERASE = "store.erase"


PERMISSIONS: Final[dict[Role, frozenset[Permission]]] = {
    Role.INSPECTOR: frozenset(
        {
            Permission.VISIT_WORK,
            Permission.DISPOSITION_STATE,
            Permission.DEFICIENCY_STATE,
            Permission.PAPER_PRINT,
            Permission.BUNDLE_SEAL,
            Permission.BUNDLE_IMPORT,
            Permission.DEVICE_REQUEST,
        }
    ),
    Role.REVIEWER: frozenset(
        {
            Permission.INVENTORY_IMPORT,
            Permission.VISIT_PLAN,
            Permission.PAPER_PRINT,
            Permission.BUNDLE_SEAL,
            Permission.BUNDLE_IMPORT,
            Permission.FINDING_REVIEW,
            Permission.DISPOSITION_STATE,
            Permission.INCIDENT_RECORD,
            Permission.INQUIRY_MANAGE,
            Permission.DEFICIENCY_STATE,
            Permission.CONTENT_WITHHOLD,
            Permission.REPORT_EXPORT,
            Permission.DEVICE_ENROL,
        }
    ),
    Role.AUDITOR: frozenset({Permission.REPORT_EXPORT}),
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.ACCOUNT_MANAGE,
            Permission.CONTENT_WITHHOLD,
            Permission.ESCROW_OPEN,
            Permission.RECOVERY_DISCLOSE,
            Permission.STORE_ERASE,
            Permission.STORE_ROTATE,
            Permission.DEVICE_ENROL,
            Permission.DEVICE_REQUEST,
            Permission.BUNDLE_SEAL,
            Permission.BUNDLE_IMPORT,
        }
    ),
}
"""Permissions of each role."""


class Scope(msgspec.Struct, frozen=True):
    """Limits of an account's work; an empty tuple means no limit.

    `programs` are members of `visits.Program`, `countries` are written as in the book.
    """

    programs: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()

    @property
    def is_bounded(self) -> bool:
        """Whether programs or countries are limited."""
        return bool(self.programs or self.countries)

    def covers(self, *, program: str | None = None, country: str | None = None) -> bool:
        """Whether work on this program and country is inside the scope.

        None means that the work concerns no single program, or no single country; it is then not limited.
        """
        is_program = program is None or not self.programs or program in self.programs
        return is_program and (country is None or not self.countries or country in self.countries)


ALL: Final = Scope()
"""The scope without limits."""
ACCOUNT_ENDED: Final = frozenset({"account.removed", "account.changed"})
"""Codes of the refusals that end a session: another process removed its account, or changed its role, scope or key."""

_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


def is_code(name: str) -> bool:
    """Whether `name` is a valid account code: ASCII, so that no two look alike, and without path characters."""
    return _CODE.fullmatch(name) is not None


def is_store_name(name: str) -> bool:
    """Whether `name` is a valid name for a store or device: an account code without underscores.

    File names contain it, and so do certificates, whose X.520 serialNumber is a PrintableString without underscore.
    """
    return is_code(name) and "_" not in name


def folded(name: str) -> str:
    """Return a form that is equal for names that differ only in case or Unicode form (NFKC)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def require_role(role: str) -> Role:
    """Return `role` as a known role. Raises Refusal `role.unknown`."""
    found = member_of(Role, role)
    if found is None:
        raise Refusal("role.unknown", role=role, known=", ".join(Role))
    return found


def may(role: Role | Unknown, permission: Permission) -> bool:
    """Whether the role has the permission. A role that this version does not know has none."""
    return not isinstance(role, Unknown) and permission in PERMISSIONS[role]


def require(role: Role | Unknown, permission: Permission) -> None:
    """Raise Refusal `permission.denied` if the role does not have the permission."""
    if not may(role, permission):
        raise Refusal("permission.denied", role=role, permission=permission)
