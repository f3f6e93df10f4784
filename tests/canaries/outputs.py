"""Everything the program says of a world: each command and format, run in this process."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING

from authtui import cli
from authtui.assessment.assess import assess
from authtui.assessment.options import Options
from authtui.checks.all_checks import REGISTER
from authtui.commands import ProcessContext
from authtui.commands.check_json import as_json, safe_json
from authtui.commands.check_text import write_text
from authtui.commands.explain import explain
from authtui.credentials.observe import read_observation
from authtui.report.build import ReportInput, build
from authtui.report.formats import FORMATS, render
from authtui.simulation.forms import forms_here
from tests.program import NOW as MOMENT
from tests.report.samples import KEY, MACHINE
from tests.tui.homes import NOW

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from authtui.machine.observation import Observation
    from tests.canaries.places import World

GENERATIONS = ("first", "identity-only", "explicit", "managed", "current")


def lay_out(world: World, folder: Path) -> Path:
    """A home on the disk."""
    home = folder / world.folder
    home.mkdir(parents=True)
    if world.auth is not None:
        auth = world.auth if isinstance(world.auth, bytes) else world.auth.encode()
        (home / "auth.json").write_bytes(auth)
        (home / "auth.json").chmod(0o600)
    if world.config:
        (home / "config.toml").write_text(world.config)
    if world.dotenv:
        (home / ".env").write_text(world.dotenv)
    if world.prepare is not None:
        world.prepare(home)
    return home


def observed(world: World, folder: Path) -> Observation:
    """What authtui sees of it."""
    home = lay_out(world, folder)
    return read_observation(
        environ={"HOME": str(folder), **world.env},
        home_option=str(home),
        now=NOW,
        system_dir=folder / "etc",
        probe_keyring=False,
        installed=False,
        root=folder,
    )


def said_of(seen: Observation, contract: str) -> dict[str, str]:
    """Text, JSON and every explanation that one generation gives."""
    import json

    found = assess(seen, Options(contract=contract))
    text, why, wrong = io.StringIO(), io.StringIO(), io.StringIO()
    write_text(found, seen, text)
    ids = [*(entry.id for entry in REGISTER), *(source.name for source in found.sources)]
    for name in ids:
        explain(name, found, why, wrong)
    return {
        f"check, {contract}": text.getvalue(),
        f"check --json, {contract}": json.dumps(
            as_json(found, forms_here(seen)), ensure_ascii=False
        ),
        f"--explain, {contract}": why.getvalue() + wrong.getvalue(),
    }


def reports_of(seen: Observation, contract: str = "current") -> dict[str, str]:
    """The report in its formats."""
    options = Options(contract=contract)
    report = build(ReportInput(seen, assess(seen, options), options, MACHINE, KEY))
    return {f"report {name}": render(report, name) for name in FORMATS}


def command(arguments: Sequence[str], environ: Mapping[str, str], stdin: str = "") -> str:
    """What a command writes to both streams."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            args = cli._parser(list(arguments)).parse_args(list(arguments))
        except SystemExit:
            return out.getvalue() + err.getvalue()
        cli._module(args.command).run(args, ProcessContext(environ, io.StringIO(stdin), out, err))
    return out.getvalue() + err.getvalue()


def commands_of(home: Path, folder: Path, env: Mapping[str, str]) -> dict[str, str]:
    """The commands that look at a home, by what they print."""
    environ = {"HOME": str(folder), "XDG_STATE_HOME": str(folder / "state"), **env}
    common = ("--home", str(home), "--now", MOMENT)
    lines = {
        "paths": ("paths",),
        "paths --json": ("paths", "--json"),
        "run": ("run", "load", "register", "assert"),
        "run --json": ("run", "load", "logout", "--json", "--log-file", str(folder / "log")),
        "run refresh": ("run", "refresh"),
        "check --without": ("check", "--without", "auth.json"),
    }
    said = {name: command((*line, *common), environ) for name, line in lines.items()}
    if (folder / "log").exists():
        said["log file"] = (folder / "log").read_text()
    return said


__all__ = ["command", "commands_of", "lay_out", "observed", "reports_of", "safe_json", "said_of"]
