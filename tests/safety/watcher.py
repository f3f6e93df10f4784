"""Starts `authtui` and writes down everything it does to the world, as the interpreter sees it.

Run as `python watcher.py LOG ARGUMENT…`. Each line of LOG is one act: an event's name and what it
was about. What has no effect outside the process (opening a file for reading) is left out.
"""

from __future__ import annotations

import json
import os
import sys

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_ACTS = (
    "socket.connect",
    "socket.bind",
    "socket.sendto",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "subprocess.Popen",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "os.fork",
    "os.forkpty",
    "pty.spawn",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.mkdir",
    "os.link",
    "os.symlink",
    "os.truncate",
    "os.chmod",
    "os.chown",
    "os.utime",
    "os.setxattr",
    "os.mkfifo",
    "os.kill",
    "shutil.rmtree",
    "shutil.move",
    "shutil.copyfile",
    "tempfile.mkstemp",
    "tempfile.mkdtemp",
    "sqlite3.connect",
    "ftplib.connect",
    "smtplib.connect",
    "urllib.Request",
    "webbrowser.open",
    "ctypes.dlopen",
)


def main(log: str, *arguments: str) -> None:
    """Watch, and run the program."""
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(event: str, args: tuple[object, ...]) -> None:
        if event == "open":
            _path, _mode, flags = args
            if not isinstance(flags, int) or not flags & _WRITING:
                return
        elif event not in _ACTS:
            return
        os.write(out, (json.dumps([event, repr(args)]) + "\n").encode())

    from authtui.cli import run

    sys.argv = ["authtui", *arguments]
    sys.addaudithook(note)
    run()


if __name__ == "__main__":
    main(*sys.argv[1:])
