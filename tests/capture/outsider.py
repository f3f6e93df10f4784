"""What another user of this machine does with a port: takes it, or asks the proxy behind it.

`python -m tests.capture.outsider take PORT` answers `mine` or `taken`;
`python -m tests.capture.outsider ask PORT PATH` answers the status line it was given;
`python -m tests.capture.outsider hear PORT` waits for the port, takes it, and answers what came.
"""

from __future__ import annotations

import encodings.idna  # noqa: F401 - while its file may be read
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

NOBODY: Final = 65534
PROJECT: Final = Path(__file__).parents[2]


def outsider(*words: object) -> str:
    """Do it as nobody where we are root, else as ourselves."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.capture.outsider", *map(str, words)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return done.stdout.strip()


def is_running(process: int) -> bool:
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def gone(*processes: int, seconds: float = 10) -> bool:
    """Whether they end within that time."""
    end = time.monotonic() + seconds
    while any(map(is_running, processes)):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def _act(act: str, port: int, path: str = "/") -> str:
    if act == "take":
        for address in ("127.0.0.1", "0.0.0.0"):  # noqa: S104 - what an attacker would try
            with socket.socket() as thief:
                thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                try:
                    thief.bind((address, port))
                    thief.listen()
                except OSError:
                    continue
                return "mine"
        return "taken"
    if act == "hear":
        return _hear(port)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as caller:
        caller.sendall(f"GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".encode())
        return caller.recv(4096).partition(b"\r\n")[0].decode()


def _hear(port: int) -> str:
    heard, end = b"", time.monotonic() + 15
    while time.monotonic() < end:
        try:
            with socket.create_server(("127.0.0.1", port)) as thief:
                thief.settimeout(5)  # longer than a client waits before it tries again
                caller, _ = thief.accept()
                with caller:
                    heard += caller.recv(65_536)
        except TimeoutError:
            return heard.decode("latin-1")
        except OSError:
            time.sleep(0.01)
    return heard.decode("latin-1") or "never had it"


if __name__ == "__main__":
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    print(_act(sys.argv[1], int(sys.argv[2]), *sys.argv[3:]))  # noqa: T201 - its answer
