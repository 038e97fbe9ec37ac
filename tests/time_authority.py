"""A time authority for tests: `openssl ts` with fresh keys. It stamps with this machine's real time."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl to play a time authority")

CONFIG = """[tsa]
serial=./serial
crypto_device=builtin
signer_cert=./tsa.pem
signer_key=./tsa.key
signer_digest={digest}
default_policy=1.2.3.4.1
digests=sha256,sha384,sha512
accuracy=secs:1
ess_cert_id_alg=sha256
"""
LEAF = "extendedKeyUsage={usage}\nkeyUsage=critical,digitalSignature\nbasicConstraints=critical,CA:false\n"


class TimeAuthorityForTests:
    """A root and a signer below it, in a folder."""

    def __init__(self, folder: Path, *, usage: str = "critical,timeStamping", digest: str = "sha256") -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.root = folder / "root.pem"
        for name in ("root", "tsa"):
            self._openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{name}.key")
        extensions = ["-addext", "basicConstraints=critical,CA:true", "-addext", "keyUsage=critical,keyCertSign"]
        subject = ["-subj", f"/CN=Time root {folder.name}"]
        self._openssl("req", "-x509", "-new", "-key", "root.key", "-sha256", *subject, "-out", "root.pem", *extensions)
        self._openssl("req", "-new", "-key", "tsa.key", "-subj", "/CN=Time signer", "-out", "tsa.csr")
        (folder / "leaf").write_text(LEAF.format(usage=usage))
        signed = ["-CA", "root.pem", "-CAkey", "root.key", "-set_serial", "2", "-days", "30", "-sha256"]
        self._openssl("x509", "-req", "-in", "tsa.csr", *signed, "-extfile", "leaf", "-out", "tsa.pem")
        (folder / "tsa.cnf").write_text(CONFIG.format(digest=digest))
        (folder / "serial").write_text("01\n")

    def answer(self, request: Path, to: Path | None = None) -> Path:
        """Answer a request file; return the answer's path."""
        made = to or request.with_suffix(".tsr")
        self._openssl(
            *("ts", "-reply", "-config", "tsa.cnf", "-section", "tsa", "-queryfile", str(request)), "-out", str(made)
        )
        return made

    def _openssl(self, *words: str) -> None:
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)
