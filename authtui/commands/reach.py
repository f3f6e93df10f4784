"""`authtui reach`: how far a request to each host that this login needs comes, without the login.

Without `--live` the hosts are only named. Exit code 0 where each answers as the service does, 1
where one does not.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from authtui.commands import EXIT_FAILED, EXIT_OK, EXIT_USAGE
from authtui.commands.options import add_common, clock_of, observe, options_of
from authtui.credentials.environment import effective_environ
from authtui.redaction import safe_text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from authtui.commands import ProcessContext
    from authtui.exchanges.records import RequestRecord
    from authtui.lifecycle.reach import ReachedHost, ReachTarget


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `authtui reach`."""
    add_common(parser, nested=True)
    parser.add_argument(
        "--live", action="store_true", help="ask the hosts; without this, only name them"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--base-url",
        metavar="URL",
        help="one server in place of every host, such as that of `authtui serve-backend`",
    )


def run(args: argparse.Namespace, given: ProcessContext) -> int:
    """Name the hosts, or ask them."""
    import asyncio

    from authtui.lifecycle.reach import reach_targets

    if args.base_url is not None:
        from authtui.capture.routes import upstream_of

        problem = upstream_of(args.base_url)
        if isinstance(problem, str):
            print(f"authtui reach: --base-url: {problem}", file=given.err)
            return EXIT_USAGE
    seen = observe(args, given.environ)
    environ = effective_environ(seen.environment, given.environ)
    targets = reach_targets(seen, options_of(args), environ, args.base_url)
    if not args.live:
        return _preview(targets, args, given)
    found = asyncio.run(_ask(targets, args, environ))
    if args.json:
        rows = [{**row._asdict(), "lines": list(row.lines)} for row in found]
        json.dump({"schema": 1, "live": True, "hosts": rows}, given.out, indent=2)
        given.out.write("\n")
    else:
        for row in found:
            given.out.write(f"{'✓' if row.ok else '✗'} {safe_text(row.host)}  {row.summary}\n")
            given.out.writelines(f"    {line}\n" for line in row.lines)
    return EXIT_OK if all(row.ok for row in found) else EXIT_FAILED


async def _ask(
    targets: Sequence[ReachTarget], args: argparse.Namespace, environ: Mapping[str, str]
) -> tuple[ReachedHost, ...]:
    from authtui.lifecycle.reach import reach
    from authtui.wire.client import Wire

    records: list[RequestRecord] = []
    async with Wire(
        clock=partial(clock_of, args),
        allowed_hosts=frozenset(target.host for target in targets),
        offline=args.offline,
        on_finished=records.append,
        environment=environ,
    ) as wire:
        return await reach(wire, targets, records)


def _preview(
    targets: Sequence[ReachTarget], args: argparse.Namespace, given: ProcessContext
) -> int:
    if args.json:
        rows = [
            {name: value and safe_text(value) for name, value in target._asdict().items()}
            for target in targets
        ]
        json.dump({"schema": 1, "live": False, "hosts": rows}, given.out, indent=2)
        given.out.write("\n")
        return EXIT_OK
    given.out.write("Would be asked, once each, by GET and without any credential:\n")
    for target in targets:
        proxy = f", through the proxy {safe_text(target.proxy)}" if target.proxy else ""
        given.out.write(f"  {safe_text(target.url)}  ({target.purpose}{proxy})\n")
    given.out.write("Nothing was sent: `authtui reach --live` asks them.\n")
    return EXIT_OK
