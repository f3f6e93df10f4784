"""In which release each telling fact changed: halving the releases between two that differ.

Usage: `python -m tests.oracle.first_releases FOLDER OLDEST NEWEST`. FOLDER holds the binaries, one
folder a version (`tests.oracle.learn` fetches them). Prints one line for each change: the release
in which it was first seen, the state and the program, before and after.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from authtui.contracts import parse_version
from tests.oracle import cases
from tests.oracle.cases import Run
from tests.oracle.comparison import final_message
from tests.oracle.drive_wide import refreshed
from tests.oracle.record_client import record
from tests.oracle.telling_states import signer, telling_states

if TYPE_CHECKING:
    from collections.abc import Iterator

Fact = tuple[str, str]
"""The name of a state, and a command."""
_WORKERS = 3


def binary_of(folder: Path, version: str) -> Path:
    """The client of a version, as its package holds it."""
    return next((folder / version).glob("package/vendor/*/*/codex"))


def releases(folder: Path) -> list[str]:
    """The versions whose client is there, oldest first."""
    found = [path.name for path in folder.iterdir() if parse_version(path.name)]
    return sorted(found, key=lambda name: parse_version(name) or (0, 0, 0))


def outcome(made: dict[str, Any]) -> str:
    """What a run came to, without what belongs to a version or a moment."""
    run = Run(**{key: value for key, value in made.items() if key != "seconds"})
    if run.command == "account":
        answers = run.answers or {}
        read, status = answers.get("account/read") or {}, answers.get("getAuthStatus") or {}
        account = read.get("account") or {}
        told = [account.get("type"), account.get("planType"), read.get("requiresOpenaiAuth")]
        error = (read.get("error") or {}).get("message")
        stops = None if answers else run.text[run.text.find("Error:") :].strip()
        return json.dumps([*told, error, status.get("authMethod"), stops])
    if run.command == "doctor":
        return json.dumps((run.doctor or {}).get("auth"))
    told = [run.exit, final_message(run), run.login_after, run.request]
    return json.dumps(told, sort_keys=True).replace(run.version, "VERSION")


class Clients:
    """Runs telling states on the clients of a folder, and remembers what came of each."""

    def __init__(self, folder: Path) -> None:
        """`folder` holds the binaries."""
        self._folder = folder
        self._signer = signer()
        self._states = {row["case"]: row for row in telling_states(self._signer)}
        self._known: dict[str, dict[Fact, str]] = defaultdict(dict)

    def facts(self) -> set[Fact]:
        """Every state with each of its commands."""
        return {(name, c) for name, row in self._states.items() for c in row["commands"]}

    def run(self, version: str, facts: set[Fact]) -> dict[Fact, str]:
        """What comes of these facts in a version."""
        known = self._known[version]
        wanted: dict[str, list[str]] = defaultdict(list)
        for name, command in sorted(facts - known.keys()):
            wanted[name].append(command)
        if wanted:
            key_set = json.loads(cases.key_set_file().read_text("utf-8"))
            key_set["keys"].append(self._signer.public())
            states = [{**self._states[name], "commands": some} for name, some in wanted.items()]
            binary = binary_of(self._folder, version)
            for made in record(binary, states, key_set, refreshed(), _WORKERS):
                known[made["case"], made["command"]] = outcome(made)
        return {fact: known[fact] for fact in facts if fact in known}

    def changes(
        self, versions: list[str], facts: set[Fact]
    ) -> Iterator[tuple[str, Fact, str, str]]:
        """Each change between the first and the last of these versions, oldest first."""
        before, after = self.run(versions[0], facts), self.run(versions[-1], facts)
        differing = {fact for fact in facts if before.get(fact) != after.get(fact)}
        if not differing:
            return
        if len(versions) == 2:
            for fact in sorted(differing):
                yield versions[-1], fact, before.get(fact, ""), after.get(fact, "")
            return
        middle = len(versions) // 2
        yield from self.changes(versions[: middle + 1], differing)
        yield from self.changes(versions[middle:], differing)


def main(arguments: list[str]) -> int:
    """Print the changes as they are found."""
    if len(arguments) != 3:
        sys.stderr.write(__doc__ or "")
        return 2
    folder = Path(arguments[0])
    oldest, newest = (parse_version(text) for text in arguments[1:])
    if oldest is None or newest is None:
        return 2
    versions = [v for v in releases(folder) if oldest <= (parse_version(v) or oldest) <= newest]
    clients = Clients(folder)
    for version, (state, command), before, after in clients.changes(versions, clients.facts()):
        sys.stdout.write(f"{version} {state} {command}\n  - {before}\n  + {after}\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
