"""Where this machine keeps the certificates that it trusts, found by files alone."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

FILES: Final = (
    "etc/ssl/certs/ca-certificates.crt",
    "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "etc/pki/tls/certs/ca-bundle.crt",
    "etc/pki/tls/cert.pem",
    "etc/ssl/ca-bundle.pem",
    "etc/ssl/cert.pem",
    "etc/ssl/certs/ca-bundle.crt",
    "usr/local/share/certs/ca-root-nss.crt",
    "usr/local/etc/openssl/cert.pem",
)
"""The bundles of the distributions, below the root."""
FOLDERS: Final = ("etc/ssl/certs", "etc/pki/tls/certs")
"""Folders of single certificates, by their hash."""
IN_FILES: Final = sys.platform not in ("win32", "darwin")
"""Whether the trust of this system lies in files at all."""


def trusted_file(root: Path = Path("/")) -> Path | None:
    """The bundle of this machine, or None."""
    return next((path for name in FILES if _holds_something(path := root / name)), None)


def trusted_folders(root: Path = Path("/")) -> tuple[Path, ...]:
    """The folders in which there is a certificate by its hash."""
    return tuple(path for name in FOLDERS if _holds_hashes(path := root / name))


def has_certificates(root: Path) -> bool | None:
    """Whether this machine has any certificates; None where they do not lie in files, or at all."""
    if not IN_FILES or not (root / "etc").is_dir():
        return None
    return trusted_file(root) is not None or bool(trusted_folders(root))


def _holds_something(path: Path) -> bool:
    try:
        return path.is_file() and path.stat().st_size > 0
    except OSError:
        return False


def _holds_hashes(path: Path) -> bool:
    try:
        with os.scandir(path) as entries:
            return any(entry.name.endswith(".0") for entry in entries)
    except OSError:
        return False
