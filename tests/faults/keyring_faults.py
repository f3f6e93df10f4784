"""Runs inside a private session bus with a real keyring daemon; prints one JSON object.

Every step breaks the daemon in one way and asks it as authtui does: status or failure, seconds.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import secretstorage
from jeepney.bus_messages import message_bus

from authtui.credentials.keyring_store import SERVICE, probe_keyring
from authtui.credentials.keyring_writer import KeyringFailure, delete_entry, store_entry

if TYPE_CHECKING:
    from collections.abc import Callable

ACCOUNT = "cli|0000000000000000"
VALUE = '{"OPENAI_API_KEY": "made-up"}'


def daemon() -> int:
    """The process that owns the name of the Secret Service."""
    bus = secretstorage.dbus_init()
    ask = message_bus.GetConnectionUnixProcessID("org.freedesktop.secrets")
    return int(bus.send_and_get_reply(ask).body[0])


def timed(work: Callable[[], object]) -> list[Any]:
    """What came of it in words, and the seconds it took."""
    started = time.monotonic()
    found = work()
    if isinstance(found, KeyringFailure):
        said = f"failure: {found.detail}"
    else:
        said = "done" if found is None else str(getattr(found, "status", found))
    return [said, round(time.monotonic() - started, 2)]


def look() -> list[Any]:
    return timed(lambda: probe_keyring(ACCOUNT))


def main() -> None:
    """Each fault in turn."""
    said: dict[str, list[Any]] = {}
    bus = secretstorage.dbus_init()
    box = secretstorage.get_default_collection(bus)
    said["store"] = timed(lambda: store_entry(ACCOUNT, VALUE))
    said["present"] = look()
    said["kept"] = timed(lambda: probe_keyring(ACCOUNT).document == _secret())
    box.lock()
    said["look at a locked one"] = look()
    said["store into a locked one"] = timed(lambda: store_entry(ACCOUNT, "{}", timeout=1.0))
    said["delete from a locked one"] = timed(lambda: delete_entry(ACCOUNT, timeout=1.0))
    said["locked still"] = timed(lambda: "yes" if box.is_locked() else "no")
    number = daemon()
    os.kill(number, signal.SIGSTOP)
    said["look at a hanging one"] = look()
    said["store into a hanging one"] = timed(lambda: store_entry(ACCOUNT, "{}", timeout=1.0))
    threading.Timer(0.3, os.kill, (number, signal.SIGKILL)).start()
    said["killed in mid-call"] = look()
    time.sleep(0.5)
    said["look after its death"] = look()
    again = ["gnome-keyring-daemon", "--unlock", "--components=secrets"]
    subprocess.run(again, input=b"pw", stdout=subprocess.DEVNULL, check=True)
    deadline = time.monotonic() + 10
    while look()[0] == "not-probed" and time.monotonic() < deadline:
        time.sleep(0.1)  # it takes its name on the bus a moment after it has started
    said["after a restart"] = look()
    said["delete"] = timed(lambda: delete_entry(ACCOUNT))
    said["in the end"] = look()
    sys.stdout.write(json.dumps(said))
    sys.stdout.flush()
    os._exit(0)  # threads that still wait for the dead daemon hold nobody up


def _secret() -> object:
    from authtui.redaction import Secret

    assert SERVICE == "Codex Auth"
    return Secret(VALUE)


if __name__ == "__main__":
    main()
