"""The keyring probe tells its failures apart, and cannot hang."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import keyring.backends.fail
import keyring.backends.null
import pytest
from keyring.errors import InitError, KeyringError, KeyringLocked, NoKeyringError

from authtui.credentials.keyring_store import (
    SERVICE,
    ProbedKeyring,
    auth_account,
    classify,
    has_changed,
    probe_keyring,
    secrets_account,
)
from authtui.machine.observation import KeyringFacts
from authtui.redaction import Secret
from tests.credentials.keyring_backends import HangingKeyring, MemoryKeyring, RaisingKeyring

if TYPE_CHECKING:
    from pathlib import Path

ACCOUNT = auth_account("/home/u/.codex")


@pytest.mark.parametrize(
    ("home", "account"),
    [
        ("/home/u/.codex", "cli|9ba275091964248d"),
        ("/tmp/codex-home", "cli|c790889e29f35b54"),  # noqa: S108 - a text to hash
    ],
)
def test_the_account_is_the_hash_of_the_canonical_home(home: str, account: str) -> None:
    assert auth_account(home) == account
    assert secrets_account(home) == account.replace("cli", "secrets")


def test_an_entry_is_found_and_kept_as_a_secret() -> None:
    backend = MemoryKeyring()
    backend.entries[SERVICE, ACCOUNT] = '{"OPENAI_API_KEY": "planted"}'
    facts = probe_keyring(ACCOUNT, backend=backend)
    assert facts.status == "present"
    assert facts.document == Secret('{"OPENAI_API_KEY": "planted"}')
    assert "planted" not in repr(facts)
    assert backend.written == 0


def test_another_homes_entry_is_not_ours() -> None:
    backend = MemoryKeyring()
    backend.entries[SERVICE, auth_account("/elsewhere")] = "{}"
    assert probe_keyring(ACCOUNT, backend=backend).status == "absent"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (KeyringLocked("Failed to unlock the collection!"), "locked"),
        (NoKeyringError("No recommended backend was available."), "no-backend"),
        (InitError("Failed to create the collection: Prompt dismissed.."), "locked"),
        (InitError("Failed to open keyring"), "no-backend"),
        (KeyringError("Can't get password from keychain: (-25293, 'denied')"), "denied"),
        (KeyringError("org.freedesktop.DBus.Error.AccessDenied"), "denied"),
        (KeyringError("org.freedesktop.DBus.Error.ServiceUnknown"), "no-backend"),
        (RuntimeError("boom"), "failed"),
        (SystemExit(3), "failed"),
        (KeyboardInterrupt(), "failed"),
    ],
)
def test_failures_are_told_apart(error: BaseException, status: str) -> None:
    facts = probe_keyring(ACCOUNT, backend=RaisingKeyring(error))
    assert facts.status == status
    assert facts.detail


def test_a_cause_behind_a_general_error_counts() -> None:
    class LockedException(Exception):  # noqa: N818 - the name secretstorage gives it
        pass

    error = RuntimeError("x")
    error.__cause__ = LockedException()
    assert classify(KeyringFacts(), error).status == "locked"


def test_a_keyring_that_never_answers_costs_the_time_limit_and_no_more() -> None:
    started = time.monotonic()
    facts = probe_keyring(ACCOUNT, backend=HangingKeyring(), timeout=0.1)
    assert time.monotonic() - started < 1
    assert (facts.status, facts.detail) == ("hanging", "no answer within 0.1 s")


def test_a_hanging_keyring_does_not_hold_up_the_end_of_the_program() -> None:
    program = (
        "import threading\n"
        "from authtui.credentials.keyring_store import probe_keyring\n"
        "class Hanging:\n"
        "    def get_password(self, service, username):\n"
        "        threading.Event().wait()\n"
        "print(probe_keyring('a', timeout=0.05, backend=Hanging()).status)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=True
    )
    assert done.stdout == "hanging\n"


def test_the_librarys_own_empty_backends_are_understood() -> None:
    null: ProbedKeyring = keyring.backends.null.Keyring()  # type: ignore[no-untyped-call]  # the library's own
    fail: ProbedKeyring = keyring.backends.fail.Keyring()  # type: ignore[no-untyped-call]  # the library's own
    assert probe_keyring(ACCOUNT, backend=null).status == "absent"
    assert probe_keyring(ACCOUNT, backend=fail).status == "no-backend"


linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Secret Service")


@linux_only
def test_without_a_session_bus_there_is_no_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    facts = probe_keyring(ACCOUNT)
    assert (facts.status, facts.backend) == ("no-backend", "Secret Service")


@linux_only
@pytest.mark.parametrize("address", ["unix:path=/nonexistent/bus", "nonsense", ""])
def test_a_bus_that_is_not_there_is_no_backend_or_a_failure(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    assert probe_keyring(ACCOUNT).status in ("no-backend", "failed")


@linux_only
@pytest.mark.skipif(shutil.which("dbus-run-session") is None, reason="no dbus-run-session here")
def test_a_service_that_does_not_run_is_neither_asked_nor_started_by_looking() -> None:
    program = (
        "from authtui.credentials.keyring_store import probe_keyring\n"
        "print(probe_keyring('cli|0', timeout=10).status)\n"
        "import secretstorage\n"
        "from jeepney.bus_messages import message_bus\n"
        "ask = message_bus.NameHasOwner('org.freedesktop.secrets')\n"
        "print(secretstorage.dbus_init().send_and_get_reply(ask).body[0])\n"
    )
    done = subprocess.run(
        ["dbus-run-session", "--", sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip(f"no session bus can be started here: {done.stderr.strip()[:80]}")
    status, running = done.stdout.split()
    assert status in ("not-probed", "no-backend")
    assert running == "False"


@linux_only
@pytest.mark.skipif(
    shutil.which("gnome-keyring-daemon") is None or shutil.which("dbus-run-session") is None,
    reason="no gnome-keyring-daemon here",
)
def test_a_real_secret_service_is_read_and_a_locked_one_stays_locked(tmp_path: Path) -> None:
    program = (
        "import secretstorage\n"
        "from authtui.credentials.keyring_store import probe_keyring\n"
        "bus = secretstorage.dbus_init()\n"
        "print(probe_keyring('cli|0', timeout=10).status)\n"
        "box = secretstorage.get_default_collection(bus)\n"
        "box.create_item('x', {'service': 'Codex Auth', 'username': 'cli|0'}, b'{}')\n"
        "print(probe_keyring('cli|0', timeout=10).status)\n"
        "box.lock()\n"
        "print(probe_keyring('cli|0', timeout=10).status)\n"
        "print(probe_keyring('cli|1', timeout=10).status)\n"
        "print(box.is_locked())\n"
    )
    script = (
        "printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null && "
        f'exec "{sys.executable}" -c "$PROGRAM"'
    )
    done = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={
            **os.environ,
            "PROGRAM": program,
            "HOME": str(tmp_path),
            "XDG_RUNTIME_DIR": str(tmp_path),
        },
    )
    if done.returncode != 0:
        pytest.skip(f"no secret service can be started here: {done.stderr.strip()[:80]}")
    assert done.stdout.split() == ["absent", "present", "locked", "locked", "True"]


def test_an_entry_that_stays_as_it_is_is_looked_at_without_its_secret() -> None:
    backend = MemoryKeyring()
    backend.set_password("Codex Auth", "cli|0", "{}")
    seen = probe_keyring("cli|0", backend=backend)
    assert backend.revealed == 1
    assert [has_changed(seen, backend=backend) for _ in range(9)] == [False] * 9
    assert backend.revealed == 1
    backend.set_password("Codex Auth", "cli|0", '{"new": 1}')
    assert has_changed(seen, backend=backend)


def test_a_keyring_that_tells_nothing_without_the_secret_is_not_asked_for_it() -> None:
    assert has_changed(KeyringFacts("present", document=Secret("{}"))) is None
