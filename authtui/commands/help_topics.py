"""The topics of `authtui help`: each function makes one of the tables it is a reading of."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from authtui.record import NamedTuple
from authtui.redaction import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Row = tuple[str, str]
"""A term and its meaning."""


class Section(NamedTuple):
    """A part of a topic: a title, some sentences, a table; each may be missing."""

    title: str = ""
    text: str = ""
    rows: tuple[Row, ...] = ()


JSON_KEYS: Final[Mapping[str, str]] = {
    "schema": "1. Keys are added, none is taken away or given another meaning.",
    "authtui": "The version that wrote the document.",
    "home": "The Codex home that was looked at.",
    "contract": "Which generation of the client was modelled: name, title, chosen_by (option, "
    "installed-client, state, default), client_version, and a note where that is not certain.",
    "surface": "Which program of the client was asked for: exec, login-status, tui.",
    "verdict": "The answer: outcome and kind in one word, mode (the kind of credential), headline "
    "and sentence for people, culprit (where the cause stands), client_message and client_exit "
    "(what the client prints, and its exit code), deletes_stored_login, assumes (what could not be "
    "known), fix (commands or sentences, the first one first), and fixes: of each text, command, "
    "edit (file, key, value), leads_to (the proven outcome, or null), "
    "then (what comes after); since (from which generation on it does not work, or null).",
    "lamps": "stored, selected, sent, accepted: each green, amber, red or grey.",
    "sources": "The ladder, highest first: rank, name, place, status, kind (of credential), "
    "shadowed_by, detail, reason.",
    "tokens": "What was decoded: name, origin, header, claims, expires_at, verified (not-checked, "
    "valid, invalid, unsigned), note, problems. Secrets in them are masked.",
    "binding": "Who the selected credential stands for: binding_id, account_id, user_id, "
    "access_token (whether it has one); null without one.",
    "matrix": "Everything that names an account: who, account_id, user_id, where, and disagrees "
    "(the fields that differ from the others).",
    "checks": "Every check that applies, failing first: id, group, status (pass, warn, fail, "
    "unknown), summary, evidence, why, fix, where (file and line, or variable), source (of the "
    "rule).",
    "request": "The first request that would be sent: base_url, authorization (the scheme), "
    "account_id_header, fedramp; null where there would be none.",
    "predictions": "What each program would do: surface, exit, says, deletes_stored_login, "
    "outcome, mode, assumes, ends (whether what it says is its last word).",
    "who": "Whose login is selected: email (masked), workspace (the title of the organisation), "
    "account_id, user_id, plan, expires_at (of the access token), place (the source); "
    "null where none is selected.",
    "running": "Programs of the client that use this home now: pid, kind, version, host (what "
    "brought it), started_at, older_than (the files that were changed after its start).",
    "mcp": "The MCP servers of the configuration and their logins: name, status (logged-in, "
    "expired, missing, other-url, unknown, no-login, disabled), detail, url, expires_at, where.",
    "unsaved": "Tokens that a server gave and a store did not take: place, rescue (a file); else "
    "null.",
    "layers": "The configuration, value by value: key, value (secrets are masked), layer (system, "
    "bundle, user, profile, project, options, managed, requirements, bundle-requirements), place, "
    "line, overrides (places of lower layers), decided (this value counts), note (why it does "
    "not).",
    "generations": "The outcome under each generation of the client, by name.",
    "forms": "The shapes of what is stored here: form, where, accepted_since, accepted_until, "
    "accepted_by.",
    "doctor": "What `codex doctor` would say of the login: status, summary, remediation, issues, "
    "variables; null where there is no such command.",
    "app_server": "What the app server would answer: account, plan, auth_method, "
    "requires_openai_auth, error, stops; null where there is none.",
    "logout": "What `codex logout` would do: exit, says, deletes_stored_login.",
    "experiment": "Only with --without or --with: these two, before (the verdict as it is), and "
    "differences: what, before, after.",
}
"""The keys of `check --json` at the top, and in the words of each the keys below it."""


SETTINGS: Final[tuple[Row, ...]] = (
    ("theme", '"dark", "light" or "ansi"; the key t changes and keeps it'),
    ("clipboard", '"auto", "native", "osc52" or "off"'),
    ("presenter", "true locks reveal and export in every run"),
    ("[keymap]", 'an id of `authtui help keys` and its keys: quit = "ctrl+q"'),
)


def keys(_environ: Mapping[str, str]) -> Iterator[Section]:
    """List every key, with its id."""
    from authtui.tui.keymap import EVERY_KEY
    from authtui.tui.keys import shown

    for face, table in EVERY_KEY.items():
        told = [(key, f"{key.title} ({key.id}). {key.help}".strip()) for key in table]
        yield Section(face, rows=tuple((shown(key.keys), text) for key, text in told))
    text = "In brackets: the id by which [keymap] of the settings gives an action other keys. "
    yield Section(text=text + "Every action is in the command palette, too: ^p.")


def checks(_environ: Mapping[str, str]) -> Iterator[Section]:
    """List every registered check, by group."""
    from authtui.checks.all_checks import REGISTER
    from authtui.checks.registry import GROUPS

    for group, about in GROUPS.items():
        rows = ((e.id, f"{e.title}. [{e.source}]") for e in REGISTER if e.group == group)
        yield Section(f"{group}: {about}", rows=tuple(rows))
    text = "In brackets: where the rule was read or seen. "
    yield Section(text=text + "`authtui check --explain ID` tells what a check finds here.")


def failures(_environ: Mapping[str, str]) -> Iterator[Section]:
    """List the known failure modes, the most reported first."""
    from authtui.checks.failure_modes import failure_modes

    table = [(f"{mode.rank:>2} {mode.title}", mode) for mode in failure_modes()]
    known = tuple((name, ", ".join(mode.checks)) for name, mode in table if mode.checks)
    title = f"Recognised from what is on this machine, the most reported first: {len(known)}"
    yield Section(title, rows=known)
    rest = [(name, mode) for name, mode in table if not mode.checks]
    hinted = tuple((name, ", ".join(mode.hints)) for name, mode in rest if mode.hints)
    if hinted:
        yield Section(f"Hinted at before it happens, not recognised: {len(hinted)}", rows=hinted)
    unseen = tuple((name, "") for name, mode in rest if not mode.hints)
    yield Section("Seen only in a server's answer, or in another program", rows=unseen)


def generations(_environ: Mapping[str, str]) -> Iterator[Section]:
    """Tell what differs between the generations, fact by fact."""
    from authtui.contracts import BY_NAME, GENERATIONS, TABLE
    from authtui.contracts.facts import FACTS

    text = "Between two of them the older one's behaviour is assumed."
    titles = tuple((contract.name, contract.title) for contract in TABLE)
    yield Section("The versions of which the behaviour is known", text, titles)
    for fact in FACTS:
        alike = groupby((BY_NAME[name] for name in GENERATIONS), key=fact.of)
        rows = ((", ".join(contract.name for contract in some), value) for value, some in alike)
        yield Section(f"{fact.fact} [{fact.source}]", rows=tuple(rows))


def exit_codes(_environ: Mapping[str, str]) -> Iterator[Section]:
    """Tell what the exit codes mean."""
    from authtui.commands import EXIT_CODES, EXIT_CODES_OF_CHECK

    yield Section("authtui check, and steps of authtui run", rows=code_rows(EXIT_CODES_OF_CHECK))
    yield Section("The other commands", rows=code_rows(EXIT_CODES))


def code_rows(text: str) -> tuple[Row, ...]:
    """Take apart the sentence of exit codes that stands below every `--help`."""
    entries = " ".join(text.split()).removeprefix("exit codes: ").split(" · ")
    return tuple((code, told) for code, _, told in (entry.partition(" ") for entry in entries))


def json(_environ: Mapping[str, str]) -> Iterator[Section]:
    """Tell what stands in the document of `check --json`."""
    text = "One object on standard output. No secret is in it."
    yield Section("authtui check --json", text, tuple(JSON_KEYS.items()))


def files(environ: Mapping[str, str]) -> Iterator[Section]:
    """List the places of this environment, and the settings."""
    from authtui.commands.paths import places
    from authtui.directories import user_home
    from authtui.machine.home import shorten
    from authtui.settings import settings_path

    home = user_home(environ)
    for owner, found in groupby(places(environ), key=lambda place: place.owner):
        rows = ((place.what, f"{shorten(place.path, home)} ({place.access})") for place in found)
        yield Section(f"Of {owner}" if owner == "authtui" else f"Of the {owner}", rows=tuple(rows))
    yield Section(text="`authtui paths` tells which of them are there.")
    path = shorten(safe_text(str(settings_path(environ))), home)
    text = f"In {path}. A mistake in it is named, and never stops the app. NO_COLOR is honoured."
    yield Section("Settings", text, SETTINGS)


def words(_environ: Mapping[str, str]) -> Iterator[Section]:
    """Tell what the words mean."""
    from authtui.answers.glossary import OUTCOMES, SCREEN_WORDS, TERMS

    yield Section("On the screen", rows=SCREEN_WORDS)
    yield Section("Outcomes", rows=OUTCOMES)
    yield Section("Terms", rows=TERMS)
