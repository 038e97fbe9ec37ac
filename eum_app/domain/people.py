"""Roles and what each may do. Roles are a rule of the program, not a cryptographic boundary inside one store."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import Final

import msgspec

from eum_app.domain.errors import Refusal
from eum_app.domain.vocabulary import Unknown, member_of


class Role(StrEnum):
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


class Scope(msgspec.Struct, frozen=True):
    """What an account's work is bounded to; empty means all. Programs as in `visits.Program`, countries as the book
    writes them."""

    programs: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()

    @property
    def is_bounded(self) -> bool:
        return bool(self.programs or self.countries)

    def covers(self, *, program: str | None = None, country: str | None = None) -> bool:
        """Whether work on this falls into the scope. None: it is about no single program, or no single country."""
        is_program = program is None or not self.programs or program in self.programs
        return is_program and (country is None or not self.countries or country in self.countries)


ALL: Final = Scope()

MAY_STATE: Final[dict[Role, frozenset[str]]] = {
    Role.AUDITOR: frozenset(
        {
            "SessionStarted",
            "SessionEnded",
            "ClockJumped",
            "SatelliteTimeHeard",
            "RecordsRead",
            "AccessDenied",
            "HeadSigned",
            "ReportExported",
            "PassphraseChanged",
            "RecoveryCodesMade",
            "RecoveryCodeUsed",
            "AccountUnlocked",
        }
    )
}
"""Kinds of facts that a role may state, where it may not state all: an auditor leaves the traces of its own accesses,
what it exported, and what becomes of its own way in, and nothing else."""

_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


def may_state(role: Role | Unknown) -> frozenset[str] | None:
    """Kinds of facts that the role may state; None for all. A role that this version does not know states as little
    as an auditor."""
    return MAY_STATE[Role.AUDITOR] if isinstance(role, Unknown) else MAY_STATE.get(role)


def is_code(name: str) -> bool:
    """Whether a name may name an account: ASCII, so that no two look alike, and no path."""
    return _CODE.fullmatch(name) is not None


def is_store_name(name: str) -> bool:
    """Whether a name may name a store or a device: as `is_code`, because it stands in file names, and without the
    underscore, because it stands in certificates (X.520 serialNumber is a PrintableString)."""
    return is_code(name) and "_" not in name


def folded(name: str) -> str:
    """What two names have in common that differ only in case or in the form of their characters."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def require_role(role: str) -> Role:
    """`role` as a known role. Raises Refusal `role.unknown`."""
    found = member_of(Role, role)
    if found is None:
        raise Refusal("role.unknown", role=role, known=", ".join(Role))
    return found


def may(role: Role | Unknown, permission: Permission) -> bool:
    """Whether the role holds the permission; a role that this version does not know holds none."""
    return not isinstance(role, Unknown) and permission in PERMISSIONS[role]


def require(role: Role | Unknown, permission: Permission) -> None:
    """Raises Refusal `permission.denied` where the role does not hold the permission."""
    if not may(role, permission):
        raise Refusal("permission.denied", role=role, permission=permission)
