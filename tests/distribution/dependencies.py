"""What authtui needs of others, why, and under which licence: the table of the README."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import metadata
from pathlib import Path
from typing import Final, NamedTuple

PROJECT: Final = Path(__file__).parents[2] / "pyproject.toml"
SILENT: Final = frozenset({"pyrage"})
"""Whose package says nothing of its licence; it stands in their sources."""


class Reason(NamedTuple):
    """What a package is used for, and its licence in the SPDX spelling."""

    why: str
    licence: str


REASONS: Final[dict[str, Reason]] = {
    "textual": Reason("the screens", "MIT"),
    "rich": Reason("the rows that Textual's lists are drawn of; comes with Textual", "MIT"),
    "cryptography": Reason("keys and signatures: Ed25519, RSA", "Apache-2.0 OR BSD-3-Clause"),
    "pyjwt": Reason("key sets, and checking a JWT against one", "MIT"),
    "pynacl": Reason("the sealed boxes that task ids come in", "Apache-2.0"),
    "httpx": Reason("every HTTP request, and its record", "BSD-3-Clause"),
    "tomli-w": Reason("writing settings; reading TOML is Python's own", "MIT"),
    "keyring": Reason("the keyring of each platform", "MIT"),
    "jeepney": Reason("asking D-Bus for a keyring without waking it (Linux)", "MIT"),
    "secretstorage": Reason("the Linux keyring, without a prompt", "BSD-3-Clause"),
    "watchfiles": Reason("seeing a changed file at once", "MIT"),
    "platformdirs": Reason("where settings belong on each platform", "MIT"),
    "starlette": Reason("the embedded backend", "BSD-3-Clause"),
    "uvicorn": Reason("the server of the embedded backend and of captures", "BSD-3-Clause"),
    "h11": Reason("a captured request byte by byte, below what uvicorn shows", "MIT"),
    "msgspec": Reason(
        "checking what a trace holds against the types of the records", "BSD-3-Clause"
    ),
    "pyrage": Reason("reading the client's encrypted store", "MIT"),
    "textual-serve": Reason("the terminal in the page of `authtui serve`", "MIT"),
    "aiohttp": Reason("the server of that page; comes with textual-serve", "Apache-2.0 AND MIT"),
}


def declared() -> dict[str, tuple[str, str]]:
    """Each package with its bounds and the extra it belongs to ('' for none), development apart."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    groups = {"": project["dependencies"], **project["optional-dependencies"]}
    return {
        name: (bounds, extra)
        for extra, words in groups.items()
        if extra != "dev"
        for name, bounds in map(_split, words)
    }


def licence(name: str) -> str:
    """What the installed package says of its licence, in whichever of the ways there are."""
    told = metadata(name)
    for field in ("License-Expression", "License", "Classifier"):
        for stated in told.get_all(field) or []:
            if field != "Classifier" or stated.startswith("License ::"):
                return str(stated)
    return ""


def as_markdown() -> str:
    """The table."""
    lines = ["| package | for | licence |", "|---|---|---|"]
    for name, (bounds, extra) in declared().items():
        reason = REASONS[name]
        only = f" (extra `{extra}`)" if extra else ""
        lines.append(f"| `{name}{bounds}`{only} | {reason.why} | {reason.licence} |")
    return "\n".join(lines)


def _split(requirement: str) -> tuple[str, str]:
    found = re.match(r"([\w.-]+)(?:\[\w+\])?([^;]*)", requirement)
    assert found is not None
    return found[1].lower(), found[2].strip()
