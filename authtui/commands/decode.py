"""`authtui decode`: one token, decoded and, when a key set is given, verified."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, TextIO

from authtui.commands import EXIT_CANNOT_TELL, EXIT_FAILED, EXIT_OK, EXIT_USAGE
from authtui.commands.key_set import read_key_set
from authtui.commands.options import add_common, clock_of
from authtui.contracts import BY_NAME, find
from authtui.redaction import printable

if TYPE_CHECKING:
    import argparse
    from datetime import datetime

    from authtui.answers.token_view import ClaimRow, TokenView
    from authtui.commands import ProcessContext
    from authtui.contracts import Contract
    from authtui.tokens.agent import AgentJudgement
    from authtui.tokens.jwt import DecodedJwt

_STDIN: Final = "-"
_LARGEST_TOKEN: Final = 4_000_000
_MARKS: Final = {"pass": "✓", "warn": "!", "fail": "✗", "unknown": "?", None: " "}
_AGENT_CLAIMS: Final = ("agent_runtime_id", "agent_private_key")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `authtui decode`."""
    parser.add_argument(
        "token",
        nargs="?",
        default=_STDIN,
        metavar="TOKEN|-",
        help="the token; - reads standard input",
    )
    parser.add_argument(
        "--jwks", metavar="FILE|URL", help="key set to verify with; a URL is fetched (10 s limit)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_common(parser, nested=True)


def run(args: argparse.Namespace, given: ProcessContext) -> int:
    """Decode one token and print it; without a key set the exit code tells only if it is readable.

    The key set is fetched only when a URL was asked for.
    """
    _, stdin, out, err = given
    now = clock_of(args)
    token = _read_token(args.token, stdin)
    if token is None or not token.strip():
        reason = "standard input is not text or too long" if token is None else "no token was given"
        err.write(f"authtui decode: {reason}\n")
        return EXIT_CANNOT_TELL if token is None else EXIT_USAGE
    found = find(args.contract)
    contract = found[0] if found else BY_NAME["current"]  # `auto`: there is no state to go by
    keys = read_key_set(args.jwks, offline=args.offline)
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
        "standard input" if args.token == _STDIN else "argument",
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
        return EXIT_CANNOT_TELL
    if keys.text is None:
        return EXIT_OK
    refused = judgement is not None and judgement.client_error is not None
    return EXIT_FAILED if view.verified != "valid" or refused else EXIT_OK


def _read_token(argument: str, stdin: TextIO) -> str | None:
    if argument != _STDIN:
        return argument
    try:
        text = stdin.read(_LARGEST_TOKEN + 1)
    except (UnicodeDecodeError, OSError):
        return None
    return text if len(text) <= _LARGEST_TOKEN else None


def _stamp(at: datetime | None) -> str | None:
    from authtui.tokens.times import utc_text

    return utc_text(at) if at else None


def _as_json(
    view: TokenView, decoded: DecodedJwt, judgement: AgentJudgement | None, contract: Contract
) -> dict[str, object]:
    token: dict[str, object] = {
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
        lines += ["", f"GENERATION {contract.title}"]
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
