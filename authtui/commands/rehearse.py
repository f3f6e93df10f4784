"""`authtui rehearse`: the client itself, on a copy with stand-ins, in a network of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from authtui.commands import EXIT_CANNOT_TELL, EXIT_FAILED, EXIT_OK
from authtui.commands.options import add_common, observe, options_of
from authtui.redaction import safe_text

if TYPE_CHECKING:
    import argparse

    from authtui.commands import ProcessContext
    from authtui.rehearsal.rehearse import Behaviour, Rehearsal, Rehearsed


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `authtui rehearse`."""
    add_common(parser, nested=True)
    parser.add_argument("--client", metavar="PATH", help="the client to run (default: from PATH)")
    parser.add_argument(
        "--only",
        action="append",
        choices=("login-status", "exec", "doctor", "app-server"),
        help="one of its programs, and may be given again (default: all)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace, given: ProcessContext) -> int:
    """Run the client on the copy: 0 where every prediction held, 1 where one did not, else 3."""
    from authtui.rehearsal.rehearse import SURFACES, Rehearsal, RehearsalError, rehearse

    seen = observe(args, given.environ, installed=args.client is None)
    client = args.client or next((found.path for found in seen.clients), None)
    if client is None:
        print("authtui rehearse: no client is on PATH; --client PATH names one", file=given.err)
        return EXIT_CANNOT_TELL
    steps = rehearse(
        seen,
        client,
        given.environ.get("PATH", ""),
        options_of(args).assumptions,
        tuple(args.only or SURFACES),
        contract_name=args.contract,
    )
    whole: Rehearsal | None = None
    try:
        for step in steps:
            if isinstance(step, Rehearsal):
                whole = step
            elif not args.json:
                given.out.writelines(f"{line}\n" for line in _lines(step))
                given.out.flush()
    except RehearsalError as error:
        print(f"authtui rehearse: {error}", file=given.err)
        return EXIT_CANNOT_TELL
    finally:
        steps.close()
    if whole is None:
        return EXIT_CANNOT_TELL
    if args.json:
        json.dump(_document(whole), given.out, indent=2, ensure_ascii=False)
        given.out.write("\n")
    else:
        given.out.writelines(f"{line}\n" for line in _ending(whole))
    return EXIT_OK if all(row.agrees for row in whole.surfaces) else EXIT_FAILED


def _lines(row: Rehearsed) -> list[str]:
    if row.agrees:
        return [f"✓ {row.surface}: as predicted: {_words(row.observed)}"]
    lines = [f"✗ {row.surface}: not as predicted ({', '.join(row.differs)})"]
    lines += [f"    predicted  {_words(row.predicted)}", f"    observed   {_words(row.observed)}"]
    return lines


def _words(made: Behaviour) -> str:
    parts = [f"exit {made.exit}"]
    if made.says:
        parts.append(safe_text(" ".join(made.says.split()), 400))
    if made.deletes_stored_login:
        parts.append("the stored login is deleted")
    if made.request is not None:
        scheme = made.request["authorization"] or "no credential"
        parts.append(f"a model request with {scheme} to {safe_text(made.request['base_url'])}")
    return "; ".join(parts)


def _ending(whole: Rehearsal) -> list[str]:
    lines = ["", f"  client     {safe_text(whole.client)}, version {safe_text(str(whole.version))}"]
    lines.append(f"  modelled   {whole.contract}")
    if whole.note:
        lines.append(f"             {safe_text(whole.note)}")
    lines += [f"  left out   {safe_text(text)}" for text in whole.left_out]
    if not all(row.agrees for row in whole.surfaces):
        lines.append("  what differs is worth a report: the lines above hold no secret")
    return lines


def _document(whole: Rehearsal) -> dict[str, Any]:
    return {
        "schema": 1,
        "client": {"path": safe_text(whole.client), "version": whole.version},
        "contract": whole.contract,
        "doubt": whole.note,
        "surfaces": [
            {
                "surface": row.surface,
                "predicted": _behaviour(row.predicted),
                "observed": _behaviour(row.observed),
                "requests": [safe_text(line, 300) for line in row.requests],
                "differs": list(row.differs),
                "agrees": row.agrees,
            }
            for row in whole.surfaces
        ],
        "left_out": [safe_text(text) for text in whole.left_out],
    }


def _behaviour(made: Behaviour) -> dict[str, Any]:
    fields = made._asdict()
    return {**fields, "says": None if made.says is None else safe_text(made.says, 2_000)}
