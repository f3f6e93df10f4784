"""The OS keyring entry, looked at with a time limit and without waking anything up.

A probe never creates a collection, never unlocks one, never writes. The backend is that of the
platform, which is the one the client uses: on Linux the Secret Service itself (`secret_service`),
because the keyring library would unlock the collection (a prompt) to read it and marks its entries
otherwise. No variable, configuration or priority of that library chooses another one.
Source of names and accounts: codex-rs/login/src/auth/storage.rs, codex-rs/keyring-store.
"""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from authtui.digests import sha256
from authtui.machine.observation import KeyringFacts
from authtui.redaction import Secret, redact_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from authtui.machine.observation import KeyringStatus

SERVICE: Final = "Codex Auth"
SECRETS_SERVICE: Final = "codex"
TIMEOUT: Final = 2.0
"""Seconds. A reachable keyring answers within milliseconds; a hanging one never does."""

_LOCKED: Final = ("KeyringLocked", "LockedException")
_NO_BACKEND: Final = (
    "NoKeyringError",
    "InitError",
    "SecretServiceNotAvailableException",
    "SecretStorageException",
    "ModuleNotFoundError",
    "NoServiceError",
)
_DENIED_TEXTS: Final = ("denied", "not permitted", "not authorized", "accessdenied", "-25293")
_LOCKED_TEXTS: Final = ("locked", "interaction is not allowed", "-25308", "prompt dismissed")
_NO_BACKEND_TEXTS: Final = (
    "no recommended backend",
    "serviceunknown",
    "was not provided by any .service files",
    "dbus_session_bus_address",
    "no such file or directory",
    "connection refused",
)


Answer = TypeVar("Answer")


class ProbedKeyring(Protocol):
    """What a probe asks of a keyring: the interface of the keyring library's backends."""

    def get_password(self, service: str, username: str, /) -> str | None:
        """The stored text, or None where there is no entry."""


class WritableBackend(ProbedKeyring, Protocol):
    """What writing asks of a keyring: the same interface."""

    def set_password(self, service: str, username: str, password: str, /) -> None:
        """Store a text as the entry of a user."""

    def delete_password(self, service: str, username: str, /) -> None:
        """Remove the entry of a user."""


def auth_account(canonical_home: str) -> str:
    """The account under which the client stores a login: `cli|` and 16 hex digits of the home."""
    return f"cli|{_home_hash(canonical_home)}"


def secrets_account(canonical_home: str) -> str:
    """The account of the encrypted store's passphrase: `secrets|` and the same 16 digits."""
    return f"secrets|{_home_hash(canonical_home)}"


def probe_keyring(
    account: str,
    *,
    service: str = SERVICE,
    timeout: float = TIMEOUT,
    backend: ProbedKeyring | None = None,
) -> KeyringFacts:
    """Look for one entry; takes `timeout` seconds at most, never raises."""
    facts = KeyringFacts(service=service, account=account)
    found = within(timeout, lambda: _ask(facts, backend))
    if found is not None:
        return found[0]
    return facts._replace(
        status="hanging", backend=_backend_name(backend), detail=f"no answer within {timeout:g} s"
    )


def has_changed(
    seen: KeyringFacts, *, timeout: float = TIMEOUT, backend: ProbedKeyring | None = None
) -> bool | None:
    """Whether the entry is another than was seen, without its secret; None where none can tell.

    Each look at a secret is one that the keyring may announce, or ask its owner about.
    """
    if seen.mark is None:
        return None
    found = within(timeout, lambda: _mark(seen, backend))
    return found is None or found[0] != seen.mark


def _mark(facts: KeyringFacts, given: ProbedKeyring | None) -> str | None:
    try:
        backend = platform_backend() if given is None else given
        mark = getattr(backend, "mark", None)
        return None if mark is None else str(mark(facts.service, facts.account))
    except BaseException as error:  # noqa: BLE001 - a backend is foreign code; any way it fails is an answer
        return classify(facts, error).status


def within(timeout: float, work: Callable[[], Answer]) -> tuple[Answer] | None:
    """Do `work`, which must not raise: its answer in a tuple; None after `timeout` seconds.

    It is done in a daemon thread: one that hangs holds up neither the caller nor the end of the
    process.
    """
    import threading

    answers: list[Answer] = []
    worker = threading.Thread(target=lambda: answers.append(work()), name="keyring", daemon=True)
    worker.start()
    worker.join(timeout)
    return (answers[0],) if answers else None


def classify(facts: KeyringFacts, error: BaseException) -> KeyringFacts:
    """What an exception of a keyring means: by the names of its classes, then by its text."""
    names = [*_class_names(error)]
    text = " ".join(str(error).split()) or type(error).__name__
    low = f"{text} {' '.join(names)}".lower()
    status: KeyringStatus = "failed"
    if "ServiceAsleepError" in names:
        status = "not-probed"
    elif any(name in names for name in _LOCKED) or any(part in low for part in _LOCKED_TEXTS):
        status = "locked"
    elif any(part in low for part in _DENIED_TEXTS):
        status = "denied"
    elif any(name in names for name in _NO_BACKEND) or any(p in low for p in _NO_BACKEND_TEXTS):
        status = "no-backend"
    return facts._replace(status=status, detail=redact_text(text)[:300])


def _home_hash(canonical_home: str) -> str:
    digest: str = sha256(canonical_home.encode("utf-8", "surrogateescape")).hexdigest()
    return digest[:16]


def _class_names(error: BaseException) -> Iterator[str]:
    seen: BaseException | None = error
    for _ in range(5):
        if seen is None:
            return
        yield from (base.__name__ for base in type(seen).__mro__)
        seen = seen.__cause__


def _backend_name(backend: object | None) -> str | None:
    if backend is None:
        return None
    kind = type(backend)
    if kind.__name__ == "SecretService":
        return "Secret Service"
    return f"{kind.__module__}.{kind.__qualname__}"


def _ask(facts: KeyringFacts, given: ProbedKeyring | None) -> KeyringFacts:
    try:
        backend = platform_backend() if given is None else given
        facts = facts._replace(backend=_backend_name(backend), mark=_mark(facts, backend))
        return _found(facts, backend.get_password(facts.service, facts.account))
    except BaseException as error:  # noqa: BLE001 - a backend is foreign code; any way it fails is an answer
        return classify(facts, error)


def _found(facts: KeyringFacts, value: object) -> KeyringFacts:
    if value is None:
        return facts._replace(status="absent")
    if not isinstance(value, str):
        return facts._replace(status="failed", detail="the entry is not text")
    return facts._replace(status="present", document=Secret(value))


def platform_backend() -> WritableBackend:
    """The keyring of this platform, for reading and writing alike.

    Raises what the library raises where the platform has none.
    """
    if sys.platform == "darwin":
        from keyring.backends.macOS import Keyring

        _forbid_prompts()
        return Keyring()  # type: ignore[no-untyped-call,no-any-return,unused-ignore] # the library's own
    if sys.platform == "win32":
        from keyring.backends.Windows import WinVaultKeyring

        return WinVaultKeyring()  # type: ignore[no-untyped-call,no-any-return,unused-ignore] # as above
    from authtui.credentials.secret_service import SecretService

    return SecretService()


def _forbid_prompts() -> None:
    # A locked macOS keychain asks for a password unless the process has said it wants none.
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        path = "/System/Library/Frameworks/Security.framework/Security"
        ctypes.CDLL(path).SecKeychainSetUserInteractionAllowed(0)
