"""`authtui open` on what is no trace: a report of the doctor or of authtui, an answer, a HAR.

Each is told in lines. What is a login is not shown: the command that reads it is named.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from authtui.commands import EXIT_CANNOT_TELL, EXIT_OK
from authtui.machine.files import read_file
from authtui.redaction import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authtui.commands import ProcessContext

_LONGEST: Final = 400
_MOST: Final = 500
_LOGIN_FIRST: Final = (
    "auth", "config", "app-server", "network", "reachability", "websocket", "mcp", "install",
)  # fmt: skip
"""Categories of the doctor that bear on a login, in the order they are told."""
_LOGIN_FIELDS: Final = ("tokens", "OPENAI_API_KEY", "auth_mode", "agent_identity")


def open_document(path: str, given: ProcessContext) -> int | None:
    """Show a document that is no trace and give the exit code; None where it is none that is known.

    Args:
        path: The file as the user named it.
        given: Where to write.
    """
    data = read_file(path).data
    try:
        tree = json.loads(data) if data is not None else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(tree, dict):
        return None
    if any(name in tree for name in _LOGIN_FIELDS) and "schema" not in tree:
        folder = str(Path(path).parent)
        print(
            f"authtui open: {safe_text(path)} is a login of Codex, no trace, and is not shown; "
            f"`authtui check --home {safe_text(folder)}` judges it",
            file=given.err,
        )
        return EXIT_CANNOT_TELL
    lines = _lines_of(tree)
    if lines is None:
        return None
    given.out.writelines(f"{line}\n" for line in lines)
    return EXIT_OK


def _lines_of(tree: dict[str, object]) -> Iterator[str] | None:
    if isinstance(tree.get("checks"), dict) and "overallStatus" in tree:
        return _doctor(tree)
    if isinstance(tree.get("verdict"), dict):
        return _answer(tree)
    log = tree.get("log")
    if isinstance(log, dict) and isinstance(log.get("entries"), list):
        return _requests(log["entries"])
    return None


def _doctor(tree: dict[str, Any]) -> Iterator[str]:
    """A report of `codex doctor --json`: what bears on the login first, then what is not ok."""
    version, status = _text(tree.get("codexVersion")), _text(tree.get("overallStatus"))
    yield f"A report of `codex doctor`, client {version}: {status}"
    checks = [check for check in tree["checks"].values() if isinstance(check, dict)]
    told = [check for check in checks if check.get("category") in _LOGIN_FIRST]
    told.sort(key=lambda check: _LOGIN_FIRST.index(check["category"]))
    rest = [check for check in checks if check not in told]
    for check in [*told, *(one for one in rest if one.get("status") != "ok")]:
        yield _check(check)
        if check.get("category") == "auth" or check.get("status") != "ok":
            yield from _details(check.get("details"))
        if check.get("remediation"):
            yield f"           to fix: {_text(check['remediation'])}"
    fine = sum(1 for one in rest if one.get("status") == "ok")
    yield f"  {fine} other checks are ok."
    yield "The doctor looks at what is stored; it does not ask whether a server accepts it."


def _check(check: dict[str, Any]) -> str:
    status, name, summary = (_text(check.get(key)) for key in ("status", "id", "summary"))
    return f"  {status:<8} {name}: {summary}"


def _details(details: object) -> Iterator[str]:
    if isinstance(details, dict):
        for name, value in list(details.items())[:40]:
            yield f"           {_text(name)}: {_text(value)}"


def _answer(tree: dict[str, Any]) -> Iterator[str]:
    """A report of authtui, or what `check --json` printed: the verdict and what is to be done."""
    verdict = tree["verdict"]
    yield f"An answer of authtui {_text(tree.get('authtui'))} on {_text(tree.get('home'))}"
    yield f"  {_text(verdict.get('headline'))}"
    yield f"  {_text(verdict.get('sentence'))}"
    if verdict.get("client_message"):
        yield f"  client says: {_text(verdict['client_message'])}"
    fixes = verdict.get("fix")
    for fix in fixes[:10] if isinstance(fixes, list) else ():
        told = fix.get("command") or fix.get("text") if isinstance(fix, dict) else fix
        yield f"  to fix: {_text(told)}"
    checks = tree.get("checks")
    for check in checks[:_MOST] if isinstance(checks, list) else ():
        if isinstance(check, dict) and check.get("status") != "pass":
            yield _check(check)


def _requests(entries: list[Any]) -> Iterator[str]:
    """The requests of an HTTP archive (HAR), one a line."""
    yield f"An HTTP archive with {len(entries):,} requests"
    for entry in entries[:_MOST]:
        if not isinstance(entry, dict):
            continue
        request, response = entry.get("request"), entry.get("response")
        asked = request if isinstance(request, dict) else {}
        answer = response if isinstance(response, dict) else {}
        yield (
            f"  {_text(entry.get('startedDateTime'))}  {_text(answer.get('status')):>3}  "
            f"{_text(asked.get('method'))} {_text(asked.get('url'))}"
        )


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_text(one) for one in value[:10])
    return safe_text(str(value), _LONGEST) if value is not None else "-"
