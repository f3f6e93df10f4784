"""`authtui accounts`: every home of the client here, whose login lies in it, and how it stands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from authtui.answers.findings import Person
from authtui.assessment.accounts import same_refresh_token
from authtui.assessment.who import person_words
from authtui.commands import EXIT_FAILED, EXIT_OK
from authtui.commands.check import hides_addresses
from authtui.commands.options import add_common, clock_of, options_of
from authtui.front_door import list_accounts
from authtui.redaction import safe_text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from authtui.assessment.accounts import HomeAccount
    from authtui.commands import ProcessContext

_NAMED: Final = 4
_MARKS: Final = {"ready": "✓", "not-logged-in": "○"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `authtui accounts`."""
    add_common(parser, nested=True)
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace, given: ProcessContext) -> int:
    """List the places: 0 where no two homes hold the same refresh token, else 1."""
    rows = list_accounts(environ=given.environ, now=clock_of(args), options=options_of(args))
    same = same_refresh_token(rows)
    if args.json:
        document = {"schema": 1, "homes": [_document(row, same) for row in rows]}
        json.dump(document, given.out, indent=2, ensure_ascii=False)
        given.out.write("\n")
    else:
        masked = hides_addresses(given.environ, given.out)
        lines = _lines(rows, same, clock_of(args), masked=masked)
        given.out.writelines(f"{line}\n" for line in lines)
    homes = {row.path for row in rows if row.holder is None}
    twice = any(homes.intersection(same[path]) for path in homes)
    return EXIT_FAILED if twice else EXIT_OK


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
        "holder": row.holder,
        "last_refresh": row.last_refresh.isoformat() if row.last_refresh else None,
        "profiles": [
            {"name": safe_text(name), "headline": safe_text(headline)}
            for name, headline in row.profiles
        ],
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
        kept = f"kept by {row.holder}: " if row.holder else ""
        yield f"    {kept}{safe_text(row.headline)}"
        if row.kind and who:
            yield f"    {row.kind}"
        if row.last_refresh:
            yield f"    last refreshed {row.last_refresh:%Y-%m-%d %H:%M}Z"
        for name, headline in row.profiles:
            yield f"    profile {safe_text(name)}: {safe_text(headline)}"
        if row.running:
            yield f"    used by running programs: {', '.join(map(str, row.running))}"
        if same[row.path]:
            mark = "!" if row.holder is None else "·"
            yield f"    {mark} the same refresh token lies in {_some(same[row.path])}:"
            yield "      it works once, so that whoever comes second is told it was already used"


def _some(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return safe_text(", ".join(paths[:_NAMED])) + more
