"""`authtui open FILE [FILE]`: a trace in the same panes as a machine, or two side by side.

What is no trace, `open_document` tells as text. Exit code 0, or 3 where a file could not be read,
or not to its end.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from authtui.commands import EXIT_CANNOT_TELL, EXIT_USAGE
from authtui.commands.event_lines import event_line, event_text
from authtui.redaction import safe_text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from authtui.commands import ProcessContext
    from authtui.trace.reader import Trace
    from authtui.trace.replay import Replay

_LINES_AT_ONCE: Final = 1_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument(
        "file",
        metavar="FILE",
        help="a trace that `authtui record` made; also a report of `codex doctor --json` or of "
        "authtui, an answer of `check --json`, or a HAR, which are told as text",
    )
    parser.add_argument(
        "other",
        metavar="FILE",
        nargs="?",
        help="a second trace: opens both at the first difference",
    )
    parser.add_argument(
        "--list", action="store_true", help="print the events, or the differences, as text"
    )
    parser.add_argument("--json", action="store_true", help="the same as JSON Lines")


def run(args: argparse.Namespace, given: ProcessContext) -> int:
    """Open, show, and say what could not be read."""
    from authtui.commands.open_document import open_document
    from authtui.trace.reader import Refusal, open_trace

    traces: list[Trace] = []
    for path in filter(None, (args.file, args.other)):
        found = open_trace(path)
        if isinstance(found, Refusal):
            if args.other is None:
                code = open_document(path, given)
                if code is not None:
                    return code
            print(f"authtui open: {_safe(path)}: {found}", file=given.err)
            return EXIT_CANNOT_TELL
        traces.append(found)
    if args.list or args.json:
        return _as_text(args, traces, given)
    return _in_the_app(args, traces, given)


def _in_the_app(args: argparse.Namespace, traces: list[Trace], given: ProcessContext) -> int:
    from authtui.settings import read_settings, settings_path
    from authtui.tui.launch import launch_replay

    if not given.in_terminal():
        print(
            "authtui open: the app needs a terminal; `--list` prints the events as text",
            file=given.err,
        )
        return EXIT_USAGE
    code = launch_replay(traces, read_settings(settings_path()), presenter=args.presenter)
    return _tell_damage(args, traces, given) or code


def _as_text(args: argparse.Namespace, traces: list[Trace], given: ProcessContext) -> int:
    from authtui.trace.replay import Replay

    replays = [Replay(trace) for trace in traces]
    if len(replays) == 1:
        for line in _events(replays[0], as_json=args.json):
            given.out.write(line + "\n")
    else:
        for replay in replays:
            while replay.read_on(_LINES_AT_ONCE):
                pass
        for line in _differences(*replays, as_json=args.json):
            given.out.write(line + "\n")
    for trace in traces:
        for notice in trace.notices:
            print(f"authtui open: {_safe(trace.name)}: {notice}", file=given.err)
    return _tell_damage(args, traces, given)


def _tell_damage(args: argparse.Namespace, traces: list[Trace], given: ProcessContext) -> int:
    code = 0
    for path, trace in zip((args.file, args.other), traces, strict=False):
        if trace.damage is not None:
            print(f"authtui open: {_safe(path)}: {trace.damage}", file=given.err)
            code = EXIT_CANNOT_TELL
    return code


def _events(replay: Replay, *, as_json: bool) -> Iterator[str]:
    place, more = 0, True
    while more or place < len(replay.events):
        while place < len(replay.events):
            yield event_line(replay.events[place], as_json=as_json)
            place += 1
        more = replay.read_on(_LINES_AT_ONCE)


def _differences(left: Replay, right: Replay, *, as_json: bool) -> Iterator[str]:
    from authtui.trace.compare import compare, first_difference, state_differences

    pairs = compare(left.events, right.events)
    first = first_difference(pairs)
    if first is None:
        if not as_json:
            yield f"{len(pairs):,} events, all alike"
        return
    a = event_text(left.events[first.left]) if first.left is not None else "nothing like it"
    b = event_text(right.events[first.right]) if first.right is not None else "nothing like it"
    one, two = first.after
    found = state_differences(left.state_after(one + 1), right.state_after(two + 1))
    if as_json:
        tree: dict[str, object] = {
            "kind": "FirstDifference",
            "left": {"event": one + 1, "text": a},
            "right": {"event": two + 1, "text": b},
        }
        yield json.dumps(tree, ensure_ascii=False)
        for row in found:
            yield json.dumps({"kind": "Difference", **row._asdict()}, ensure_ascii=False)
        return
    yield f"first difference, event {one + 1:,} of A and {two + 1:,} of B"
    yield f"  A  {a}"
    yield f"  B  {b}"
    for row in found:
        yield f"{row.group}: {_safe(row.name)}"
        yield f"  A  {_safe(row.left)}"
        yield f"  B  {_safe(row.right)}"


def _safe(text: str) -> str:
    return safe_text(text, 600)
