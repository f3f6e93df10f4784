"""Programs that the configuration names, and that are not there or give nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.answers.findings import Edit, Fix
from authtui.checks.phrases import name_words
from authtui.configuration.config import join_key, missing_server

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from authtui.answers.findings import Verdict
    from authtui.simulation.program_start import Trouble
    from authtui.verdict.judged_case import JudgedCase


def _auth_command(judged: JudgedCase) -> Verdict:
    provider = judged.provider
    where = provider.lines.get("auth.command", "config.toml")
    name, command = name_words(provider.id), provider.auth_command
    if command in judged.config.missing_programs:
        return judged.verdict(
            "another-source-won",
            f"The provider's auth command {command} is not on PATH",
            f"{where} takes the key of {name} from {command}, and no such program is on PATH; no "
            "stored login is used in its place.",
            where,
            Fix(f"install {command}, or name another command at {where}"),
        )
    return judged.verdict(
        "another-source-won",
        "The provider's auth command gives no token",
        f"{where} takes the key of {name} from {command}, which gives none; no stored login is "
        "used in its place.",
        where,
        Fix("run the command yourself and look at what it prints", command),
    )


def _server(judged: JudgedCase) -> Verdict:
    name = missing_server(judged.config) or ""
    table = ("mcp_servers", name)
    where = judged.config.where(join_key((*table, "command")))
    required = judged.config.where(join_key((*table, "required")))
    program = judged.config.get(join_key((*table, "command")))
    edit = None
    if required.startswith("config.toml:"):
        edit = Edit("config.toml", join_key((*table, "required")))
    return judged.verdict(
        "record-not-what-it-seems",
        f"The MCP server {name_words(name)} is required, and its program is not there",
        f"{where} starts {program}, which is not on PATH, and {required} requires it: codex exec "
        "stops before any request. The login is not looked at.",
        where,
        Fix(f"install {program}, or correct the command at {where}"),
        Fix(f"or remove required at {required}", edit=edit),
    )


OF_REQUEST: Final[Mapping[Trouble, Callable[[JudgedCase], Verdict]]] = {
    "provider-command": _auth_command,
    "mcp": _server,
}
