"""Programs of the client that run on with what they read when they were started. Pure.

A program reads its login, its settings and its variables once. From client 0.157.0 on plain
`codex` leaves `app-server --managed-daemon` behind, and the next `codex` shows what that one holds,
unless it is started with `-c`. Source: clients 0.157.0, 0.169.0 and 0.171.0, run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.configuration.config import USER_FILE
from authtui.machine.programs import is_older
from authtui.record import NamedTuple
from authtui.tokens.jwt import decode

if TYPE_CHECKING:
    from authtui.machine.observation import Observation, RunningProgram
    from authtui.simulation.program_start import Case

_LOGIN_KEYS: Final = frozenset(
    [
        "chatgpt_base_url",
        "cli_auth_credentials_store",
        "forced_chatgpt_workspace_id",
        "forced_login_method",
        "model_provider",
        "openai_base_url",
    ]
)
"""The settings that decide on a login: a change of any other one lets it be as it is."""


class Outdated(NamedTuple):
    """A running program, and the files that were changed after it was started.

    `certain`: what it holds is not what is stored now. Else the program itself may have renewed
    its login, which writes auth.json, too.
    """

    program: RunningProgram
    files: tuple[str, ...]
    certain: bool = False


def outdated_programs(case: Case) -> tuple[Outdated, ...]:
    """The running programs of this home that were started before what they use was changed."""
    found = (_outdated(case, program) for program in case.observation.running)
    return tuple(one for one in found if one.files)


def outdated_server(case: Case) -> Outdated | None:
    """The background server that serves the interactive client with what is no longer so."""
    if not case.contract.background_server:
        return None
    found = outdated_programs(case)
    return next((one for one in found if one.program.kind == "background-server"), None)


def _outdated(case: Case, program: RunningProgram) -> Outdated:
    seen = case.observation
    files = []
    if is_older(program, seen.auth_file.modified):
        files.append("auth.json")
    decides = any(key in _LOGIN_KEYS or key.startswith("model_providers.") for key in _keys(seen))
    if decides and is_older(program, seen.config.file.modified):
        files.append("config.toml")
    if seen.environment.dotenv.exists and is_older(program, seen.environment.dotenv.modified):
        files.append(".env")
    certain = files[:1] != ["auth.json"] or _is_other_login(case, program)
    return Outdated(program, tuple(files), bool(files) and certain)


def _keys(seen: Observation) -> tuple[str, ...]:
    return tuple(key for key, value in seen.config.values.items() if value.file == USER_FILE)


def _is_other_login(case: Case, program: RunningProgram) -> bool:
    """Whether the stored login was certainly made after the start.

    A renewal keeps the moment of the sign-in; a sign-in through a browser that was signed in
    already has an old one, too, so that an old moment proves nothing.
    """
    stored = case.ladder.store.credential
    if stored is None or stored.document is None:
        return False
    tokens = stored.document.tokens
    if tokens is None:
        return True  # nothing in it is ever renewed
    signed_in = (decode(tokens.id_token.reveal()).claims or {}).get("auth_time")
    if isinstance(signed_in, bool) or not isinstance(signed_in, int | float):
        return False
    return program.started is not None and signed_in > program.started.timestamp()
