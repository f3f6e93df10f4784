"""`authtui decode`: one token, decoded and, when a key set is given, verified."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

from authtui.commands.options import add_common, clock_of
from authtui.record import NamedTuple
from authtui.redaction import printable, redact_text

if TYPE_CHECKING:
    import argparse
    from datetime import datetime

    from authtui.checks.findings import ClaimRow, TokenView
    from authtui.commands import Given
    from authtui.contracts import Contract
    from authtui.tokens.agent import AgentJudgement
    from authtui.tokens.jwt import DecodedJwt

_STDIN: Final = "-"
_LARGEST_TOKEN: Final = 4_000_000
_LARGEST_KEY_SET: Final = 1_000_000
_SECONDS: Final = 10.0
_MARKS: Final = {"pass": "✓", "warn": "!", "fail": "✗", "unknown": "?", None: " "}
_AGENT_CLAIMS: Final = ("agent_runtime_id", "agent_private_key")


class _KeySetText(NamedTuple):
    """The text of a key set, or why it could not be had (and with which exit code)."""

    text: str | None
    error: str | None = None
    code: int = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `decode` on its own parser."""
    parser.add_argument(
        "token", nargs="?", default="-", metavar="TOKEN|-", help="the token; - reads standard input"
    )
    parser.add_argument(
        "--jwks", metavar="FILE|URL", help="key set to verify with; a URL is fetched (10 s limit)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_common(parser, nested=True)


def run(args: argparse.Namespace, given: Given) -> int:
    """Decode one token and print it. Exit codes: 0, 1 (refused), 2 (usage), 3 (unreadable).

    Reads `args.token`, `args.jwks`, `args.json`, and, where present, `args.offline` and
    `args.contract`. The key set is fetched only when a URL was asked for.
    """
    _, stdin, out, err = given
    now = clock_of(args)
    token = _read_token(args.token, stdin)
    if token is None or not token.strip():
        reason = "standard input is not text or too long" if token is None else "no token was given"
        err.write(f"authtui decode: {reason}\n")
        return 3 if token is None else 2
    contract = _contract(getattr(args, "contract", None))
    if contract is None:
        err.write(f"authtui decode: unknown contract {printable(str(args.contract), 60)}\n")
        return 2
    keys = _read_key_set(args.jwks, offline=bool(getattr(args, "offline", False)))
    if keys.error is not None:
        err.write(f"authtui decode: {keys.error}\n")
        return keys.code

    from authtui.tokens.agent import judge_agent_token
    from authtui.tokens.jwt import decode
    from authtui.tokens.view import view_decoded

    decoded = decode(token)
    judgement: AgentJudgement | None = None
    is_agent = decoded.claims is not None and any(name in decoded.claims for name in _AGENT_CLAIMS)
    if is_agent:
        judgement = judge_agent_token(decoded, contract.agent, now, keys.text)
    view = view_decoded(
        "agent_identity" if is_agent else "token",
        "standard input" if str(args.token) == _STDIN else "argument",
        decoded,
        now=now,
        key_set=keys.text,
        role="agent_identity" if is_agent else "other",
        judgement=judgement,
    )
    if args.json:
        out.write(json.dumps(_as_json(view, decoded, judgement, contract), indent=2) + "\n")
    else:
        out.write(_as_text(view, decoded, judgement, contract))
    if not decoded.readable:
        return 3
    if keys.text is None:
        return 0
    refused = judgement is not None and judgement.client_error is not None
    return 1 if view.verified != "valid" or refused else 0


def _contract(name: str | None) -> Contract | None:
    from authtui import contracts

    found = contracts.find(name if name and name != "auto" else "current")
    return found[0] if found else None


def _read_token(argument: str, stdin: TextIO) -> str | None:
    if argument != _STDIN:
        return argument
    try:
        text = stdin.read(_LARGEST_TOKEN + 1)
    except (UnicodeDecodeError, OSError):
        return None
    return text if len(text) <= _LARGEST_TOKEN else None


def _read_key_set(where: str | None, *, offline: bool) -> _KeySetText:
    if where is None:
        return _KeySetText(None)
    if "://" in where:
        return _fetch_key_set(where, offline=offline)
    shown = printable(where, 200)
    try:
        with Path(where).open("rb") as file:
            data = file.read(_LARGEST_KEY_SET + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a usable path"
        return _KeySetText(None, f"cannot read the key set {shown}: {reason}")
    return _checked(data, shown)


def _checked(data: bytes, shown: str) -> _KeySetText:
    from authtui.tokens.keyset import KeySetProblem, parse_key_set

    if len(data) > _LARGEST_KEY_SET:
        return _KeySetText(None, f"the key set {shown} is too large to be one", 3)
    text = data.decode("utf-8", "replace")
    found = parse_key_set(text)
    if isinstance(found, KeySetProblem):
        return _KeySetText(None, f"{shown}: {found.statement}", 3)
    return _KeySetText(text)


def _fetch_key_set(url: str, *, offline: bool) -> _KeySetText:
    """The one connection this command makes, and only because the user gave a URL."""
    from ipaddress import ip_address
    from urllib.parse import urlsplit

    shown = printable(redact_text(url), 200)
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return _KeySetText(None, f"{shown} is no URL")
    try:
        loopback = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not host or (parts.scheme != "https" and not (parts.scheme == "http" and loopback)):
        return _KeySetText(None, "a key set is fetched over https only (http for loopback)")
    if parts.username is not None or parts.password is not None:
        return _KeySetText(None, "the URL of a key set must not hold a user name or password")
    if offline:
        return _KeySetText(None, "--offline forbids fetching the key set; give a file instead")
    return _get(url, shown, (parts.scheme, parts.netloc))


def _get(url: str, shown: str, origin: tuple[str, str]) -> _KeySetText:
    import time

    import httpx

    deadline = time.monotonic() + _SECONDS
    try:
        with httpx.Client(timeout=_SECONDS, follow_redirects=False) as client:
            for _ in range(4):
                with client.stream("GET", url, headers={"Accept": "application/json"}) as answer:
                    if answer.is_redirect and answer.next_request is not None:
                        target = answer.next_request.url
                        if (target.scheme, target.netloc.decode("ascii", "replace")) != origin:
                            reason = "it redirects to another host, which is not followed"
                            return _KeySetText(None, f"{shown}: {reason}", 3)
                        url = str(target)
                        continue
                    if answer.status_code != 200:
                        reason = f"the server answered {answer.status_code}"
                        return _KeySetText(None, f"{shown}: {reason}", 3)
                    data = b""
                    for chunk in answer.iter_bytes():
                        data += chunk
                        if len(data) > _LARGEST_KEY_SET or time.monotonic() > deadline:
                            return _KeySetText(None, f"{shown}: too large or too slow", 3)
                    return _checked(data, shown)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        reason = printable(redact_text(str(error)), 200) or type(error).__name__
        return _KeySetText(None, f"cannot fetch the key set from {shown}: {reason}", 3)
    return _KeySetText(None, f"{shown}: too many redirects", 3)


def _stamp(at: datetime | None) -> str | None:
    from authtui.tokens.times import utc_text

    return utc_text(at) if at else None


def _as_json(
    view: TokenView, decoded: DecodedJwt, judgement: AgentJudgement | None, contract: Contract
) -> dict[str, Any]:
    token: dict[str, Any] = {
        "name": view.name,
        "header": view.header,
        "claims": view.claims,
        "issued_at": _stamp(view.issued_at),
        "expires_at": _stamp(view.expires_at),
        "verified": view.verified,
        "verified_note": printable(view.verified_note),
        "parts": decoded.parts,
        "problems": [
            {"id": found.id, "part": found.part, "statement": printable(found.statement)}
            for found in decoded.problems
        ],
        "judgement": [],
        "contract": None,
        "client_error": None,
    }
    if judgement is not None:
        token["judgement"] = [
            {name: printable(value) for name, value in field._asdict().items()}
            for field in judgement.fields
        ]
        token["contract"] = contract.name
        token["client_error"] = judgement.client_error
        token["assumes"] = list(judgement.assumes)
    return {"schema": 1, "token": token}


def _as_text(
    view: TokenView, decoded: DecodedJwt, judgement: AgentJudgement | None, contract: Contract
) -> str:
    lines = [f"{view.name}: {printable(view.verified_note)}"]
    lines += [f"  ✗ {printable(problem.statement)}" for problem in decoded.problems]
    width = min(40, max((len(row.name) for row in view.rows), default=0))
    section = ""
    for row in view.rows:
        if row.section != section:
            section = row.section
            lines += ["", section.upper()]
        lines.append(_line(row, width))
    if judgement is not None:
        lines += ["", f"CONTRACT {contract.title}"]
        failed = [field for field in judgement.fields if field.status == "fail"]
        lines += [f"  ✗ {field.field}: {printable(field.statement)}" for field in failed]
        if judgement.client_error is not None:
            lines.append(f"  the client says: {printable(judgement.client_error)}")
        elif not failed:
            lines.append("  ✓ every field is as the client requires")
        lines += [f"  assuming that {printable(text)}" for text in judgement.assumes]
    return "\n".join(lines) + "\n"


def _line(row: ClaimRow, width: int) -> str:
    note = f"  ({printable(row.note)})" if row.note else ""
    return f"{_MARKS[row.status]} {row.name.ljust(width)}  {printable(row.value)}{note}".rstrip()
