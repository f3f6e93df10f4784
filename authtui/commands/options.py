"""Options that several commands share, and what they come to."""

from __future__ import annotations

import argparse
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from authtui.answers.findings import SURFACES
from authtui.assessment.options import Options
from authtui.contracts import GENERATIONS, find
from authtui.credentials.observe import read_observation
from authtui.simulation.assumptions import Assumptions, assumption_fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authtui.machine.observation import Observation


def add_common(parser: argparse.ArgumentParser, *, nested: bool = False) -> None:
    """Which state, which client, which moment.

    `nested` is for a subcommand: the option may then stand before or behind the command's name.
    """

    def default(value: object) -> object:
        return argparse.SUPPRESS if nested else value

    group = parser.add_argument_group("which state, and which client")
    group.add_argument(
        "--home",
        metavar="DIR",
        default=default(None),
        help="CODEX_HOME to inspect (default: $CODEX_HOME, else ~/.codex)",
    )
    group.add_argument(
        "--own-variables",
        action="store_true",
        default=default(False),
        help="judge the home of another user with the variables of this process all the same",
    )
    group.add_argument(
        "--contract",
        metavar="NAME",
        type=_contract,
        default=default("auto"),
        help=f"the client to model: a generation ({', '.join(GENERATIONS)}), a client version "
        "such as 0.142.0, or auto (default): the installed client, else what the state fits",
    )
    group.add_argument(
        "--surface",
        choices=SURFACES,
        default=default("exec"),
        help="which program of the client to model: they read different variables (default: exec)",
    )
    group.add_argument(
        "--feature",
        metavar="NAME=on|off",
        action="append",
        type=_feature,
        default=default([]),
        help="override a feature flag of config.toml",
    )
    group.add_argument(
        "--now",
        metavar="RFC3339",
        type=_moment,
        default=default(None),
        help="the time to judge at, instead of now",
    )
    group.add_argument(
        "--offline",
        action="store_true",
        default=default(False),
        help="forbid every connection, whatever else is asked for",
    )
    group.add_argument(
        "--assume",
        metavar="NAME=VALUE",
        action="append",
        type=_assumption,
        default=default([]),
        help="what to assume of answers nobody has seen yet: NAME is one of "
        + ", ".join(Assumptions._fields),
    )


def common_words(args: argparse.Namespace) -> list[str]:
    """The options of `add_common` as words, for another process that looks at the same state."""
    words = [f"--contract={args.contract}", f"--surface={args.surface}"]
    if args.home is not None:
        words.append(f"--home={args.home}")
    if args.own_variables:
        words.append("--own-variables")
    words += [f"--feature={name}={'on' if on else 'off'}" for name, on in args.feature]
    if args.now is not None:
        words.append(f"--now={args.now.isoformat()}")
    if args.offline:
        words.append("--offline")
    words += [f"--assume={name}={value}" for name, value in args.assume]
    return words


def options_of(args: argparse.Namespace) -> Options:
    """What to judge for."""
    return Options(
        contract=args.contract,
        surface=args.surface,
        assumptions=Assumptions(**dict(args.assume)),
        features=tuple(args.feature),
    )


def clock_of(args: argparse.Namespace) -> datetime:
    """The moment to judge at, aware UTC."""
    given: datetime | None = args.now
    return given or datetime.now(UTC)


def observe(
    args: argparse.Namespace,
    environ: Mapping[str, str],
    *,
    key_set_file: str | None = None,
    probe_keyring: bool = True,
    installed: bool | None = None,
    directory: str | None = None,
    profile: str | None = None,
    pid: int | None = None,
) -> Observation:
    """Read the state that the options name; `probe_keyring` may ask the OS for its entry.

    `key_set_file` holds the key set that the client would fetch, `profile` is that of `--profile`.
    `installed` looks for copies of the client; None where only the choice of a client needs them.
    `directory` is where the client works: this one where none is named. `pid` is the program whose
    variables are given, None for this one.
    """
    return read_observation(
        environ=environ,
        home_option=args.home,
        now=clock_of(args),
        key_set_file=Path(key_set_file) if key_set_file else None,
        probe_keyring=probe_keyring,
        installed=args.contract == "auto" if installed is None else installed,
        directory=directory or working_directory(),
        profile=profile,
        own_variables=args.own_variables,
        pid=pid,
    )


def profile_name(text: str) -> str:
    """The name of a profile, which is part of a file's name."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no plain name such as work")
    return text


def working_directory() -> str | None:
    """Where this program was started, and the client would be; None where that is gone."""
    try:
        return str(Path.cwd())
    except OSError:
        return None


def port_number(text: str) -> int:
    """A port of the command line; 0 stands for a free one."""
    if text.isascii() and text.isdigit() and len(text) <= 5 and int(text) < 65_536:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")


def _contract(text: str) -> str:
    if text == "auto" or find(text) is not None:
        return text
    names = ", ".join(GENERATIONS)
    raise argparse.ArgumentTypeError(f"{text!r} is neither one of {names}, auto, nor a version")


def _feature(text: str) -> tuple[str, bool]:
    name, equals, value = text.partition("=")
    if not name or not equals or value not in ("on", "off"):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=on or NAME=off")
    return name, value == "on"


def _assumption(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if name not in Assumptions._fields or not equals:
        names = ", ".join(Assumptions._fields)
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE with a name of {names}")
    fault = assumption_fault(name, value)
    if fault is not None:
        raise argparse.ArgumentTypeError(fault)
    return name, value


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not an RFC 3339 time") from None
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} has no time zone; add Z or an offset")
    return moment.astimezone(UTC)
