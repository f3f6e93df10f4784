"""An experiment on paper: what can be taken away or set, and what would be different then."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from authtui.redaction import Secret, redact_text
from authtui.tui.lines import BLANK, Doc, Item, Line, Span, pad, rows_of, safe
from authtui.tui.views.context import OUTCOME_WORDS, PROGRAMS, note
from authtui.tui.views.sources import status_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authtui.checks.findings import Assessment, PlannedRequest
    from authtui.credentials.observation import Observation

_LABEL = 14


class Toggle(NamedTuple):
    """One thing that can be switched: `without` a source, or a `NAME=VALUE` that was added."""

    key: str
    title: str
    where: str = ""
    given: bool = False


class Difference(NamedTuple):
    """One fact before and after."""

    label: str
    before: str
    after: str


def toggles_of(seen: Observation, added: Sequence[str]) -> tuple[Toggle, ...]:
    """What this machine offers to take away, then what was added by hand."""
    found = [
        Toggle(name, f"unset {name}", ".env" if given.origin == "dotenv" else "environment")
        for name, given in seen.environment.variables.items()
    ]
    if seen.auth_file.exists:
        found.append(Toggle("auth.json", "without auth.json", "file"))
    if seen.keyring.status not in ("not-probed", "absent", "no-backend"):
        found.append(Toggle("keyring", "without the keyring entry", seen.keyring.status))
    if seen.config.file.exists:
        found.append(Toggle("config.toml", "without config.toml", "file"))
    found += [
        Toggle(f"config:{key}", f"without {key}", value.where)
        for key, value in seen.config.values.items()
    ]
    found += [Toggle(text, f"with {_shown(text)}", "added", True) for text in added]
    return tuple(found)


def _shown(text: str) -> str:
    # What is set for a variable may be a credential; a configuration key never is one.
    name, _, value = text.partition("=")
    if name.startswith("config:"):
        return f"{name.removeprefix('config:')}={redact_text(value)}"
    return f"{name}={Secret(value)}"


def differences(before: Assessment, after: Assessment) -> tuple[Difference, ...]:
    """Verdict, sources, requests and program starts that would not be the same."""
    rows = [
        Difference("verdict", before.verdict.headline, after.verdict.headline),
        Difference("codex exec", _outcome(before), _outcome(after)),
        Difference("request", _request(before.request), _request(after.request)),
    ]
    old = {s.name: status_words(s, before) for s in before.sources}
    new = {s.name: status_words(s, after) for s in after.sources}
    rows += [
        Difference(name, old.get(name, "not listed"), new.get(name, "not listed"))
        for name in dict.fromkeys((*old, *new))
    ]
    starts = {p.surface: p for p in before.predictions}
    for start in after.predictions:
        was = starts.get(start.surface)
        name = f"{PROGRAMS[start.surface]} says"
        rows.append(
            Difference(name, was.says or "nothing" if was else "nothing", start.says or "nothing")
        )
    return tuple(row for row in rows if row.before != row.after)


def _outcome(found: Assessment) -> str:
    words = OUTCOME_WORDS.get(found.verdict.outcome, found.verdict.outcome)
    return words + (", and delete the stored login" if found.verdict.deletes_stored_login else "")


def _request(planned: PlannedRequest | None) -> str:
    if planned is None:
        return "none"
    account = f" for {planned.account_id_header}" if planned.account_id_header else ""
    return f"{planned.authorization or 'no credential'} to {planned.base_url.removeprefix('https://')}{account}"


def whatif_doc(
    toggles: Sequence[Toggle],
    chosen: frozenset[str],
    before: Assessment | None,
    after: Assessment | None,
    width: int,
    problem: str = "",
) -> Doc:
    """The switches, and below them what changes."""
    lines: list[Line] = [*note("Nothing on this machine is touched.", width, "faint"), BLANK]
    items: list[Item] = []
    for toggle in toggles:
        on = toggle.key in chosen
        box = Span(" [✓] " if on else " [ ] ", "accent" if on else "faint")
        words = Span(safe(toggle.title, 200), "strong" if on else "text")
        lines.append(Line((box, words), (Span(safe(toggle.where, 60), "faint"),), len(items)))
        items.append(Item(toggle.key, toggle, safe(toggle.title, 400), "the experiment"))
    for key, title in (("+set", "set NAME=VALUE …"), ("+workspace", "force a workspace …")):
        lines.append(Line((Span("  +  ", "accent"), Span(title, "muted")), item=len(items)))
        items.append(Item(key))
    lines += [BLANK, Line((Span("  What would be different", "title"),))]
    if problem:
        lines += note(safe(problem), width, "bad", 2)
    elif before is None or after is None:
        lines += note("Switch something on.", width, "muted", 2)
    else:
        lines += _rows(differences(before, after), width)
    return Doc("What if", lines, items)


def _rows(found: Sequence[Difference], width: int) -> list[Line]:
    if not found:
        return note("Nothing: the client would do exactly the same.", width, "muted", 2)
    lines: list[Line] = []
    column = min(22, max(_LABEL, *(len(safe(d.label, 60)) + 2 for d in found)))
    for row in found:
        label = safe(row.label, 60)
        for sign, tone, value in (("-", "muted", row.before), ("+", "strong", row.after)):
            for number, text in enumerate(rows_of(value, width - column - 6, 3)):
                head = pad(label if sign == "-" and number == 0 else "", column)
                lead = "  " if number else f"{sign} "
                lines.append(
                    Line((Span("  " + head, "faint"), Span(lead, "accent"), Span(text, tone)))
                )
    return lines
