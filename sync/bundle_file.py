"""The bundle container: one encrypted, signed file with a slice of a journal and the content that it names.

This module is the public interface. `bundle_format` has header, manifest and limits, `bundle_writer` and
`bundle_reader` the two directions. docs/bundle-format.md specifies the format for other implementations.
"""

from __future__ import annotations

from sync.bundle_format import MAX_REVOKED, Header, HeadSignature, Manifest, ObjectRef, Recipient, RevokedCertificate
from sync.bundle_reader import (
    OpenedBundle,
    Prove,
    Verdict,
    inspect_bundle,
    open_bundle,
    time_statement_of,
    verify_bundle,
)
from sync.bundle_writer import BundleObject, SealedBundle, write_bundle

__all__ = [
    "MAX_REVOKED",
    "BundleObject",
    "HeadSignature",
    "Header",
    "Manifest",
    "ObjectRef",
    "OpenedBundle",
    "Prove",
    "Recipient",
    "RevokedCertificate",
    "SealedBundle",
    "Verdict",
    "inspect_bundle",
    "open_bundle",
    "time_statement_of",
    "verify_bundle",
    "write_bundle",
]
