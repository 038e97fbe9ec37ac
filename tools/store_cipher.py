"""Print the versions of the libraries that encrypt the store: `python tools/store_cipher.py`.

Exit code 1 if docs/adr/0002 does not say the same.

The wheel of sqlcipher3 carries SQLCipher and a separate OpenSSL, which no update of the system reaches. `make lock`
ends with this check, so that a new wheel is looked at before it is shipped.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import version
from pathlib import Path

from sqlcipher3 import dbapi2

ROOT = Path(__file__).parents[1]
DECISION = ROOT / "docs" / "adr" / "0002-sqlcipher-and-keyslots.md"


def carried() -> str:
    """Return versions of the wheel, SQLCipher, SQLite and the OpenSSL inside, as the decision states them."""
    connection = dbapi2.connect(":memory:")
    try:
        connection.execute("PRAGMA key = 'any'")  # before, SQLCipher has no provider to ask
        (cipher,) = connection.execute("PRAGMA cipher_version").fetchone()
        (provider,) = connection.execute("PRAGMA cipher_provider_version").fetchone()
    finally:
        connection.close()
    return f"sqlcipher3 {version('sqlcipher3')}: SQLCipher {cipher}, SQLite {dbapi2.sqlite_version}, {provider}"


def locked() -> str:
    """Return the version of sqlcipher3 in `requirements.lock`; empty if it names none."""
    found = re.search(r"^sqlcipher3==(\S+)", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE)
    return found[1] if found else ""


def faults(said: str) -> list[str]:
    """Return what is wrong with the text of the decision: the wheel here, or the one in the lock, is another.

    Empty if it is right.
    """
    found = [] if carried() in said else [f"{DECISION.name} does not say: {carried()}"]
    if f"sqlcipher3 {locked()}:" not in said:
        found.append(f"the lock has sqlcipher3 {locked()}: install it, see what it carries, correct {DECISION.name}")
    return found


def main() -> int:
    """Print the line and the faults; return 1 if there are any."""
    wrong = faults(DECISION.read_text("utf-8"))
    print("\n".join([carried(), *wrong]))  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
