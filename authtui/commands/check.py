"""`authtui check`: the verdict for scripts, CI and screen readers. No network, no writes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from authtui.assessment.assess import assess
from authtui.commands import (
    EXIT_CANNOT_TELL,
    EXIT_FAILED,
    EXIT_NOT_LOGGED_IN,
    EXIT_OK,
    EXIT_USAGE,
)
from authtui.commands.options import add_common, observe, options_of, profile_name
from authtui.redaction import safe_text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping
    from typing import TextIO

    from authtui.answers.findings import Assessment
    from authtui.commands import ProcessContext


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `authtui check`."""
    add_common(parser, nested=True)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--profile",
        metavar="NAME",
        type=profile_name,
        help="judge as if the client were started with this profile (NAME.config.toml)",
    )
    parser.add_argument("--strict", action="store_true", help="a warning counts as a failure")
    parser.add_argument(
        "--jwks",
        metavar="FILE",
        help="the key set the client would fetch, so that signatures count",
    )
    parser.add_argument(
        "--pid",
        metavar="N",
        type=int,
        help="judge with the variables and the directory of a running program of this user",
    )
    parser.add_argument(
        "--without",
        metavar="SOURCE",
        action="append",
        default=[],
        help="judge as if this variable were unset, or this place (auth.json, keyring, …) empty",
    )
    parser.add_argument(
        "--with",
        dest="with_",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="judge as if this variable, or this key of config.toml (config:KEY=VALUE), were set",
    )
    parser.add_argument(
        "--explain",
        metavar="ID",
        help="explain one check (by its id) or one source (by its name or rank)",
    )


def more_help() -> str:
    """What `--help` says below the options: the failure modes that a check recognises."""
    from authtui.checks.failure_modes import failure_modes

    rows = [f"  {title:<58} {', '.join(ids)}" for _, title, ids, _ in failure_modes() if ids]
    return "failure modes recognised from local state alone:\n" + "\n".join(rows) + "\n"


def run(args: argparse.Namespace, given: ProcessContext) -> int:
    """Judge the state, print the answer, and return the exit code of the contract."""
    environ, _, out, err = given
    directory = None
    if args.pid is not None:
        from authtui.machine.programs import program_directory, program_environment

        read = program_environment(args.pid)
        if read is None:
            print(
                f"authtui check: process {args.pid} cannot be looked at: it is not there, or "
                "another user's",
                file=err,
            )
            return EXIT_CANNOT_TELL
        environ, directory = read, program_directory(args.pid)
    observation = observe(
        args,
        environ,
        key_set_file=args.jwks,
        directory=directory,
        profile=args.profile,
        pid=args.pid,
    )
    if args.jwks and observation.key_set is None:
        print(f"authtui check: the key set {safe_text(args.jwks)} cannot be read", file=err)
        return EXIT_CANNOT_TELL
    before: Assessment | None = None
    assessment = assess(observation, options_of(args))
    if args.without or args.with_:
        from authtui.assessment.experiment import apply, assess_other

        changed = apply(observation, args.without, args.with_)
        if isinstance(changed, str):
            print(f"authtui check: {safe_text(changed)}", file=err)
            return EXIT_USAGE
        before, observation = assessment, changed
        assessment = assess_other(changed, options_of(args), before)
    if args.explain:
        from authtui.commands.explain import explain

        return explain(args.explain, assessment, out, err)
    try:
        if args.json:
            from authtui.commands.check_json import as_json
            from authtui.simulation.forms import forms_here

            document = as_json(assessment, forms_here(observation))
            if before is not None:
                from authtui.commands.experiment import experiment_json

                document["experiment"] = experiment_json(args, before, assessment)
            json.dump(document, out, indent=2, ensure_ascii=False)
            out.write("\n")
        else:
            from authtui.commands.check_text import write_text

            write_text(assessment, observation, out, masked=hides_addresses(environ, out))
            if before is not None:
                from authtui.commands.experiment import write_experiment

                write_experiment(args, before, assessment, out)
    except BrokenPipeError:
        pass  # Whoever reads may stop early; the verdict is the same.
    return exit_code(assessment, strict=args.strict)


def hides_addresses(environ: Mapping[str, str], out: TextIO) -> bool:
    """Whether e-mail addresses are masked: shown to who sits at a terminal that is not shared."""
    if not out.isatty():
        return True
    from authtui.settings import read_settings, settings_path

    return read_settings(settings_path(environ)).presenter


def _is_known_bad(assessment: Assessment) -> bool:
    """Whether the credential was read and is refused for certain, so that nothing is left open."""
    failing = {check.id for check in assessment.checks if check.status == "fail"}
    if failing & {"record.readable", "keyring.state"}:
        return False
    read = any(source.status == "selected" for source in assessment.sources)
    return read or any(name.startswith("identity.") for name in failing)


def exit_code(assessment: Assessment, *, strict: bool = False) -> int:
    """The exit code that belongs to an assessment."""
    outcome = assessment.verdict.outcome
    if outcome == "not-logged-in":
        return EXIT_NOT_LOGGED_IN
    if outcome == "unreadable":
        return EXIT_FAILED if _is_known_bad(assessment) else EXIT_CANNOT_TELL
    if outcome != "ready":
        return EXIT_FAILED
    counts = ("fail", "warn") if strict else ("fail",)
    return EXIT_FAILED if any(c.status in counts for c in assessment.checks) else EXIT_OK
