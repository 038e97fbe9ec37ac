"""Roles and what each may do. Roles are a rule of the program, not a cryptographic boundary inside one store."""

from __future__ import annotations

from typing import Final

from eum_app.domain.errors import Refusal

ROLES: Final = ("inspector", "reviewer", "auditor", "administrator")

PERMISSIONS: Final[dict[str, frozenset[str]]] = {
    "inspector": frozenset({"visit.work", "label.print", "bundle.seal", "bundle.import", "device.request"}),
    "reviewer": frozenset(
        {
            "inventory.import",
            "visit.plan",
            "label.print",
            "bundle.seal",
            "bundle.import",
            "finding.review",
            "report.export",
            "device.enrol",
        }
    ),
    "auditor": frozenset({"report.export"}),
    "administrator": frozenset({"account.add", "device.enrol", "device.request", "bundle.seal", "bundle.import"}),
}


def require_role(role: str) -> str:
    """`role` itself. Raises Refusal `role.unknown`."""
    if role not in ROLES:
        raise Refusal("role.unknown", role=role, known=", ".join(ROLES))
    return role


def require(role: str, permission: str) -> None:
    """Raises Refusal `permission.denied` where the role does not hold the permission."""
    if permission not in PERMISSIONS.get(role, frozenset()):
        raise Refusal("permission.denied", role=role, permission=permission)
