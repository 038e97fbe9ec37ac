"""The two suites of algorithms. The name of a suite is in every header and key file, and in derived values.

========== =========================================== ======================================= ====================
name       sealing to recipients (HPKE, RFC 9180)      signatures                              passphrases
========== =========================================== ======================================= ====================
``hybrid`` ML-KEM-1024 + P-384, HKDF-SHA384, AES-256   ML-DSA-87 (FIPS 204)                    Argon2id (RFC 9106)
``p384``   DHKEM(P-384), HKDF-SHA384, AES-256-GCM      ECDSA P-384 with SHA-384 (FIPS 186-5)   PBKDF2-HMAC-SHA-512
========== =========================================== ======================================= ====================

Both use SHA-384, HKDF-SHA384 and AES-256-GCM for everything else. ``p384`` is for places that allow only algorithms
which a FIPS 140-3 module already has; nothing here claims that a validated module is in use.
"""

from __future__ import annotations

import enum

from eum_app.domain.errors import Refusal


class Suite(enum.StrEnum):
    """A named set of algorithms; the value is what headers hold."""

    HYBRID = "hybrid"
    P384 = "p384"

    @classmethod
    def parse(cls, name: object) -> Suite:
        """Return the suite called `name`. Raises Refusal("suite.unknown") for anything else."""
        for suite in cls:
            if isinstance(name, str) and suite.value == name:
                return suite
        raise Refusal("suite.unknown", suite=str(name)[:40])


DEFAULT_SUITE = Suite.HYBRID
