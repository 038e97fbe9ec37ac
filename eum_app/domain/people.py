"""Roles and what each may do. Roles are a rule of the program, not a cryptographic boundary inside one store."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import msgspec

from eum_app.domain.errors import Refusal

ROLES: Final = ("inspector", "reviewer", "auditor", "administrator")

PERMISSIONS: Final[dict[str, frozenset[str]]] = {
    "inspector": frozenset({"visit.work", "paper.print", "bundle.seal", "bundle.import", "device.request"}),
    "reviewer": frozenset(
        {
            "inventory.import",
            "visit.plan",
            "paper.print",
            "bundle.seal",
            "bundle.import",
            "finding.review",
            "content.withhold",
            "report.export",
            "device.enrol",
        }
    ),
    "auditor": frozenset({"report.export"}),
    "administrator": frozenset(
        {
            "account.manage",
            "content.withhold",
            "escrow.open",
            "recovery.disclose",
            "store.erase",
            "store.rotate",
            "device.enrol",
            "device.request",
            "bundle.seal",
            "bundle.import",
        }
    ),
}


class Scope(msgspec.Struct, frozen=True):
    """What an account's work is bounded to; empty means all. Programs as in `visits.PROGRAMS`, countries as the book
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

MAY_STATE: Final[dict[str, frozenset[str]]] = {
    "auditor": frozenset(
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


def require_role(role: str) -> str:
    """`role` itself. Raises Refusal `role.unknown`."""
    if role not in ROLES:
        raise Refusal("role.unknown", role=role, known=", ".join(ROLES))
    return role


def may(role: str, permission: str) -> bool:
    return permission in PERMISSIONS.get(role, frozenset())


def require(role: str, permission: str) -> None:
    """Raises Refusal `permission.denied` where the role does not hold the permission."""
    if not may(role, permission):
        raise Refusal("permission.denied", role=role, permission=permission)
