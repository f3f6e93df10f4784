"""Real backends of the keyring library that behave as a test needs them to."""

from __future__ import annotations

import threading

from keyring.backend import KeyringBackend


class MemoryKeyring(KeyringBackend):
    """A real backend of the keyring library that keeps its entries in memory."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # the library's own
        self.entries: dict[tuple[str, str], str] = {}
        self.written = 0
        self.revealed = 0

    def mark(self, service: str, username: str) -> str:
        return f"{(service, username) in self.entries} {self.written}"

    def get_password(self, service: str, username: str) -> str | None:
        self.revealed += 1
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.written += 1
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self.written += 1
        del self.entries[service, username]


class RaisingKeyring(MemoryKeyring):
    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error

    def get_password(self, service: str, username: str) -> str | None:  # noqa: ARG002 - the library's interface
        raise self.error


class HangingKeyring(MemoryKeyring):
    def get_password(self, service: str, username: str) -> str | None:  # noqa: ARG002 - the library's interface
        threading.Event().wait()
        return None
