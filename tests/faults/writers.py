"""A writer for a process of its own: `python -m tests.faults.writers PATH NAME SECONDS KIND`.

`ours` counts its own field up through the writer of authtui, and tells how often it succeeded.
`client` does as the client does: reads, truncates, writes in place, without a lock or a look.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from authtui.credentials.backups import list_backups
from authtui.credentials.store_writer import Written, update_document


def ours(path: Path, name: str, end: float) -> int:
    """Count up; what was refused because the file had changed is tried again."""
    done = 0
    while time.monotonic() < end:
        seen = path.read_bytes()
        try:
            number = json.loads(seen).get(name, 0) + 1
        except ValueError:
            continue  # a client is in the middle of writing
        answer = update_document(path, {name: number}, now=datetime.now(UTC), expected=seen)
        done += isinstance(answer, Written)
    return done


def client(path: Path, name: str, end: float) -> int:
    """Rewrite a field in place now and then."""
    done = 0
    while time.monotonic() < end:
        try:
            document = json.loads(path.read_bytes())
        except ValueError:
            continue
        done += 1
        with path.open("r+b") as file:
            file.truncate()
            file.write(json.dumps({**document, name: done}).encode())
        time.sleep(0.02)
    return done


if __name__ == "__main__":
    where, who, seconds, kind = sys.argv[1:]
    work = ours if kind == "ours" else client
    count = work(Path(where), who, time.monotonic() + float(seconds))
    sys.stdout.write(json.dumps({"done": count, "backups": len(list_backups(where))}))
