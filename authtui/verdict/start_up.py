"""The verdict where the client stops before any login is read: its home, its configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.answers.findings import Edit, Fix, Verdict
from authtui.checks.phrases import clause, name_words
from authtui.checks.subject import quoted_path
from authtui.configuration.config import join_key

if TYPE_CHECKING:
    from authtui.configuration.late_refusal import LateRefusal
    from authtui.simulation.program_start import Trouble
    from authtui.verdict.judged_case import JudgedCase


def explain_start_up(judged: JudgedCase, trouble: Trouble) -> Verdict:
    """The verdict on a client that does not start."""
    home = judged.observation.home
    if trouble == "home" and home.chosen_by == "option":
        return judged.verdict(
            "record-not-what-it-seems",
            "--home names no usable directory",
            f"{home.path}, which --home names, is no directory that Codex could use: {home.error}.",
            "--home",
            Fix("name the directory that holds auth.json and config.toml"),
        )
    if trouble == "home":
        return judged.verdict(
            "record-not-what-it-seems",
            "CODEX_HOME is not a usable directory",
            f"CODEX_HOME is {home.path}, and Codex stops before it looks for any login: "
            f"{home.error}.",
            "CODEX_HOME",
            Fix("unset it, so that ~/.codex is used", "unset CODEX_HOME"),
            *(
                ()
                if home.exists
                else (Fix("or create the directory", f"mkdir -p {quoted_path(home.path)}"),)
            ),
        )
    if trouble == "unknown-provider":
        provider = judged.provider
        name = name_words(provider.id)
        where = judged.config.where("model_provider")
        return judged.verdict(
            "record-not-what-it-seems",
            f"The model provider {name} is not defined",
            f"{where} selects the model provider {name}, but no "
            f"[{join_key(('model_providers', provider.id))}] table defines it; Codex does not "
            "start.",
            where,
            Fix(f"define it, or remove model_provider at {where}"),
        )
    if judged.case.late_refusal:
        return _late(judged, judged.case.late_refusal)
    error = judged.case.config_error
    where = f"{error.file}:{error.line}" if error and error.line else "config.toml"
    reason = clause(error.reason) if error else "it cannot be read"
    key = f" ({error.key})" if error and error.key else ""
    return judged.verdict(
        "record-not-what-it-seems",
        f"{where} stops Codex before any login is read",
        f"Codex does not accept {where}{key}: {reason}. No credential is looked at.",
        where,
        Fix(f"correct {where}{key}"),
    )


def _late(judged: JudgedCase, refusal: LateRefusal) -> Verdict:
    """The file is read, and what it asks for is refused: a profile, a built-in provider."""
    if judged.provider.id == "ollama-chat":
        where = judged.config.where("model_provider")
        return judged.verdict(
            "record-not-what-it-seems",
            "The model provider ollama-chat is no longer there",
            f"{where} selects ollama-chat, which Codex no longer supports: it stops before any "
            "login is read.",
            where,
            Fix(
                f'write "ollama" in place of "ollama-chat" at {where}',
                edit=Edit("config.toml", "model_provider", '"ollama"'),
            ),
        )
    where = judged.config.where(refusal.key)
    edit = Edit("config.toml", refusal.key) if where.startswith("config.toml:") else None
    if refusal.missing is not None:
        return judged.verdict(
            "record-not-what-it-seems",
            f"{where} names a file that Codex cannot read",
            f"{where} ({refusal.key}) names {refusal.missing}, and Codex does not start without "
            f"it: {clause(refusal.text)}. No credential is looked at.",
            where,
            Fix(f"put the file there, or remove {refusal.key} at {where}", edit=edit),
        )
    fix = Fix(f"remove {refusal.key} at {where}", edit=edit)
    if refusal.key == "model_providers":
        fix = Fix(f"remove the table of the built-in provider at {where}")
    elif refusal.key not in judged.config.values:
        fix = Fix(f"correct {refusal.key} in config.toml")
    return judged.verdict(
        "record-not-what-it-seems",
        f"{where} stops Codex before any login is read",
        f"Codex reads {where} and refuses it: {clause(refusal.text)}. No credential is looked at.",
        where,
        fix,
    )
