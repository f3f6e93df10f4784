"""Verdicts for what is no token: an agent identity without any (#18177), and a placeholder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.answers.findings import Fix
from authtui.checks.phrases import clause
from authtui.checks.subject import LOGIN, field_line
from authtui.credentials.environment import CREDENTIAL_VARIABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from authtui.answers.findings import Verdict
    from authtui.simulation.program_start import Trouble
    from authtui.simulation.selection import Credential
    from authtui.verdict.judged_case import JudgedCase


def _key(judged: JudgedCase, credential: Credential) -> Verdict:
    name, flaw = credential.source, credential.flaw
    variable = name in CREDENTIAL_VARIABLES
    removes = (
        "drops the identity of this run, as nothing of a variable is stored,"
        if variable
        else f"removes the identity from {name},"
    )
    return judged.verdict(
        "record-not-what-it-seems",
        "The agent identity cannot sign: its private key is not usable",
        f"The key of the agent identity in {name} cannot be used: "
        f"{clause(flaw.reason if flaw else '')}. Loading and the login restrictions do not look at "
        f"it. The first turn of Codex does: it {removes} tries to register a new one with the "
        "ChatGPT token that is not there, and ends.",
        name,
        Fix("have the identity issued again"),
        *(() if not variable else (judged.unset("or unset it", name),)),
    )


def _task(judged: JudgedCase, credential: Credential) -> Verdict:
    name = credential.source
    return judged.verdict(
        "record-not-what-it-seems",
        "The agent task cannot be registered",
        f"Each request of the agent identity in {name} is signed for a task, and the task is not "
        "registered. Without tokens there is nothing to send in its place.",
        name,
        Fix("look at the clock and at the way to the server, then register again"),
    )


def _placeholder_token(judged: JudgedCase, credential: Credential) -> Verdict:
    name = credential.source
    return judged.verdict(
        "record-not-what-it-seems",
        f"{name} holds a placeholder for the access token",
        f"In {name}, tokens.access_token is no token but a text that stands for one, such as a "
        "proxy or a switcher of accounts writes; Codex sends it to OpenAI all the same, which "
        "answers 401. If a proxy is to put the token in its place, the configuration lacks the "
        "address of that proxy.",
        field_line(credential, "tokens.access_token"),
        LOGIN,
        Fix("or name the proxy that it is meant for: chatgpt_base_url or a model_provider"),
    )


OF_CREDENTIAL: Mapping[Trouble, Callable[[JudgedCase, Credential], Verdict]] = {
    "identity-key": _key,
    "identity-task": _task,
    "token-shape": _placeholder_token,
}
