"""`authtui accounts`: every home of the client here, whose login lies in it, and how it stands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from authtui.answers.findings import Person
from authtui.assessment.accounts import account_of, same_refresh_token
from authtui.assessment.who import person_words
from authtui.commands import EXIT_FAILED, EXIT_OK
from authtui.commands.check import hides_addresses
from authtui.commands.options import add_common, clock_of, options_of
from authtui.credentials.observe import read_observation
from authtui.machine.homes import find_homes
from authtui.redaction import safe_text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from authtui.assessment.accounts import HomeAccount
    from authtui.commands import ProcessContext

_MARKS: Final = {"ready": "✓", "not-logged-in": "○"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `authtui accounts`."""
    add_common(parser, nested=True)
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace, given: ProcessContext) -> int:
    """List the homes: 0 where no two of them hold the same refresh token, else 1."""
    rows = [
        account_of(
            read_observation(
                environ=_of_the_home(given.environ),
                home_option=home.path,
                now=clock_of(args),
                installed=False,
            ),
            options_of(args),
        )._replace(running=home.running)
        for home in find_homes(given.environ)
    ]
    same = same_refresh_token(rows)
    if args.json:
        document = {"schema": 1, "homes": [_document(row, same) for row in rows]}
        json.dump(document, given.out, indent=2, ensure_ascii=False)
        given.out.write("\n")
    else:
        masked = hides_addresses(given.environ, given.out)
        lines = _lines(rows, same, clock_of(args), masked=masked)
        given.out.writelines(f"{line}\n" for line in lines)
    return EXIT_FAILED if any(same.values()) else EXIT_OK


def _of_the_home(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables without those that would hide what lies in the homes themselves."""
    from authtui.credentials.environment import CREDENTIALS, WORKLOAD_VARIABLES

    hiding = (*CREDENTIALS, *WORKLOAD_VARIABLES)
    return {name: value for name, value in environ.items() if name not in hiding}


def _document(row: HomeAccount, same: Mapping[str, tuple[str, ...]]) -> dict[str, object]:
    who = row.who or Person()
    named = {"email": who.email, "workspace": who.account_id, "plan": who.plan}
    return {
        "path": safe_text(row.path),
        "who": {name: value and safe_text(value) for name, value in named.items()},
        "kind": row.kind,
        "expires_at": who.expires_at.isoformat() if who.expires_at else None,
        "outcome": row.outcome,
        "headline": safe_text(row.headline),
        "running": list(row.running),
        "same_refresh_token_as": [safe_text(path) for path in same[row.path]],
    }


def _lines(
    rows: Sequence[HomeAccount],
    same: Mapping[str, tuple[str, ...]],
    now: datetime,
    *,
    masked: bool,
) -> Iterator[str]:
    if not rows:
        yield "There is no home of Codex on this machine: nobody has used it here."
    for row in rows:
        who = person_words(row.who, now, masked=masked) if row.who else ""
        mark = _MARKS.get(row.outcome, "✗")
        yield f"{mark} {safe_text(row.path)}  {who or (row.kind or 'nobody is logged in')}"
        yield f"    {safe_text(row.headline)}"
        if row.kind and who:
            yield f"    {row.kind}"
        if row.running:
            yield f"    used by running programs: {', '.join(map(str, row.running))}"
        if same[row.path]:
            yield f"    ! the same refresh token lies in {safe_text(', '.join(same[row.path]))}:"
            yield "      it works once, so that whoever comes second is told it was already used"
