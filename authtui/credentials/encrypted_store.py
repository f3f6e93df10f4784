"""The encrypted store `$CODEX_HOME/secrets/codex_auth.age` (clients of mid 2026 and later).

An age file with a passphrase recipient; the passphrase is in the OS keyring. Decrypting needs
the optional package pyrage. Source: codex-rs/secrets, codex-rs/login/src/auth/storage.rs.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from authtui.machine.files import read_file, unread_reason
from authtui.machine.observation import EncryptedFacts
from authtui.redaction import Secret, redact_text

if TYPE_CHECKING:
    from pathlib import Path

    from authtui.machine.observation import KeyringFacts

STORE: Final = "secrets/codex_auth.age"
SECRETS_FEATURE: Final = "secret_auth_storage"
"""The flag of `[features]` by which the client keeps its login here."""
KEYS: Final = ("global/CODEX_AUTH", "global/CLI_AUTH")
VERSION: Final = 1
NO_EXTRA: Final = "reading it needs the package pyrage: pip install 'authtui[encrypted-store]'"
_SCRYPT: Final = re.compile(rb"^-> scrypt [A-Za-z0-9+/]+ (\d{1,3})$", re.MULTILINE)
_MAX_WORK: Final = 21
"""log2 of the scrypt work: the client writes about 18 (a second); 21 takes 2 GB and ten."""


def read_encrypted_facts(home: Path, account: str) -> EncryptedFacts:
    """Whether the store is there; nothing is decrypted. `account` is the passphrase's account."""
    file = read_file(home / STORE)
    facts = EncryptedFacts(file, passphrase_account=account)
    if file.kind in ("absent", "dangling-link"):
        return facts._replace(status="absent")
    if file.data is None:
        return facts._replace(status="unreadable", detail=unread_reason(file))
    return facts


def with_passphrase(facts: EncryptedFacts, passphrase: KeyringFacts) -> EncryptedFacts:
    """The facts once the keyring was asked for the passphrase: decrypts, which takes a second."""
    if facts.file.data is None:
        return facts
    if passphrase.document is None:
        if passphrase.status == "not-probed":
            return facts
        reason = passphrase.detail or f"keyring: {passphrase.status}"
        if passphrase.status == "absent":
            reason = f"the keyring holds no entry {passphrase.service} / {passphrase.account}"
        return facts._replace(status="no-passphrase", detail=reason)
    return decrypt(facts, passphrase.document)


def decrypt(facts: EncryptedFacts, passphrase: Secret) -> EncryptedFacts:
    """Open the age file with `passphrase` and take the login document out. Never raises."""
    data = facts.file.data
    if data is None:
        return facts
    try:
        import pyrage  # type: ignore[import-untyped]  # ships no type information
    except ImportError:
        return facts._replace(status="no-extra", detail=NO_EXTRA)
    work = _SCRYPT.search(data[:4096])
    if work is not None and int(work[1]) > _MAX_WORK:
        detail = f"its work factor {int(work[1])} is beyond any the client writes"
        return facts._replace(status="undecryptable", detail=detail)
    try:
        clear = pyrage.passphrase.decrypt(data, passphrase.reveal())
    except Exception as error:  # noqa: BLE001 - pyrage raises its own classes and ValueError
        return facts._replace(
            status="undecryptable", detail=redact_text(" ".join(str(error).split()))[:200]
        )
    return read_secrets(facts, bytes(clear))


def read_secrets(facts: EncryptedFacts, clear: bytes) -> EncryptedFacts:
    """The login document out of the store's clear text, by the client's version rule."""
    try:
        tree = json.loads(clear.decode("utf-8"))
    except (ValueError, RecursionError):
        # The parser's text would quote nothing, yet a position in secret text helps nobody.
        return facts._replace(status="unreadable", detail="the decrypted store is not JSON")
    if not isinstance(tree, dict):
        return facts._replace(
            status="unreadable", detail="the decrypted store is not a JSON object"
        )
    version = tree.get("version", 0)
    if isinstance(version, bool) or not isinstance(version, int) or version < 0:
        return facts._replace(status="unreadable", detail="its version is not a number")
    if version > VERSION:
        newer = f"secrets file version {version} is newer than supported version {VERSION}"
        return facts._replace(status="unreadable", detail=newer)
    secrets = tree.get("secrets")
    if not isinstance(secrets, dict):
        return facts._replace(status="unreadable", detail="the decrypted store has no secrets")
    for key in KEYS:
        document = secrets.get(key)
        if isinstance(document, str):
            return facts._replace(status="present", detail=None, document=Secret(document))
    return facts._replace(status="absent", detail="the store holds no login")
