"""`authtui fix`: a proven repair of a file of the user's. Shows it, asks, keeps a backup."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from authtui.assessment.assess import assess
from authtui.commands import EXIT_CANNOT_TELL, EXIT_FAILED, EXIT_OK, EXIT_USAGE
from authtui.commands.options import add_common, observe, options_of
from authtui.lifecycle.repairs import apply_repair, difference_of, repairs_of
from authtui.redaction import safe_text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from authtui.commands import ProcessContext
    from authtui.lifecycle.repairs import FileRepair


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `authtui fix`."""
    add_common(parser, nested=True)
    parser.add_argument("number", nargs="?", type=int, metavar="N", help="which fix, from 1")
    parser.add_argument("--yes", action="store_true", help="do it without asking")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace, given: ProcessContext) -> int:
    """Offer the fixes that edit a file; do the one that is chosen once that is confirmed."""
    out = given.out
    observation = observe(args, given.environ)
    assessment = assess(observation, options_of(args))
    offered = list(repairs_of(assessment.verdict.fix, observation))
    if args.number is not None and not 0 < args.number <= len(offered):
        print(
            f"authtui fix: there is no fix {args.number}; there are {len(offered)}", file=given.err
        )
        return EXIT_USAGE
    chosen = offered[args.number - 1] if args.number is not None else None
    if chosen is None and len(offered) == 1 and not args.json:
        chosen = offered[0]
    if chosen is None or (args.json and not args.yes):
        if args.json:
            json.dump(_document(offered, None, None), out, indent=2, ensure_ascii=False)
            out.write("\n")
            return EXIT_OK
        out.writelines(f"{line}\n" for line in _list(offered, assessment.verdict.headline))
        return EXIT_OK
    if not args.json:
        out.writelines(f"{line}\n" for line in _shown(chosen))
    if not args.yes and not _confirmed(given):
        print("Nothing was changed.", file=out)
        return EXIT_FAILED
    return _apply(args, given, offered, chosen)


def _apply(
    args: argparse.Namespace, given: ProcessContext, offered: list[FileRepair], chosen: FileRepair
) -> int:
    from authtui.credentials.store_writer import WriteFailure

    done = apply_repair(chosen, _now(args))
    if isinstance(done, WriteFailure):
        print(f"authtui fix: {safe_text(done.sentence)}", file=given.err)
        return EXIT_CANNOT_TELL
    if args.json:
        document = _document(offered, chosen, done.backup)
        json.dump(document, given.out, indent=2, ensure_ascii=False)
        given.out.write("\n")
        return EXIT_OK
    after = assess(observe(args, given.environ), options_of(args)).verdict
    print(
        f"Done. What stood there is kept as {safe_text(done.backup or 'nothing')}.", file=given.out
    )
    print("To undo it: authtui run restore --live", file=given.out)
    print(f"Now: {safe_text(after.headline)}", file=given.out)
    return EXIT_OK


def _now(args: argparse.Namespace) -> datetime:
    return args.now or datetime.now(UTC)


def _list(offered: list[FileRepair], headline: str) -> Iterator[str]:
    yield safe_text(headline)
    if not offered:
        yield "Nothing here can be repaired by editing a file; `authtui check` says what to do."
        return
    for number, row in enumerate(offered, 1):
        leads = f" (then: {row.fix.then or 'ready'})" if row.fix.leads_to else ""
        yield f"  {number}  {safe_text(row.fix.text)}{safe_text(leads)}"
    yield "`authtui fix N` shows one as a difference, and asks."


def _shown(row: FileRepair) -> Iterator[str]:
    yield safe_text(row.fix.text)
    yield from (safe_text(line) for line in difference_of(row))
    if row.owner is not None:
        yield f"This file belongs to {safe_text(row.owner)}; it stays theirs."
    if row.fix.leads_to is not None:
        yield safe_text(f"As simulated, it leads to: {row.fix.then or 'ready'}")


def _confirmed(given: ProcessContext) -> bool:
    if not given.stdin.isatty():
        print("Nobody can be asked here; `--yes` does it without.", file=given.err)
        return False
    given.out.write("Change the file? A backup is kept. [y/N] ")
    given.out.flush()
    return given.stdin.readline().strip().lower() in ("y", "yes")


def _document(
    offered: list[FileRepair], applied: FileRepair | None, backup: str | None
) -> dict[str, object]:
    return {
        "schema": 1,
        "fixes": [
            {
                "text": safe_text(row.fix.text),
                "file": safe_text(row.path),
                "leads_to": row.fix.leads_to,
                "then": None if row.fix.then is None else safe_text(row.fix.then),
            }
            for row in offered
        ],
        "applied": None if applied is None else offered.index(applied) + 1,
        "backup": None if backup is None else safe_text(backup),
    }
