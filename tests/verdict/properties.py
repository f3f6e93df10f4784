"""Properties of one answer: nothing in it contradicts another part of it, or what was found.

Each takes a drawn state, what was observed of it and the answer, and tells a miss in a few words.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Final, NamedTuple

from authtui import contracts
from authtui.answers.findings import marked_as
from authtui.commands.check import exit_code
from authtui.simulation.refreshing import REFRESHED
from tests.verdict.generated import HOSTILE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from authtui.answers.findings import Assessment, Fix
    from authtui.machine.observation import Observation
    from tests.verdict.generated import Drawn

_WORTH: Final = ("not-logged-in", "unreadable", "refused", "degraded", "ready")
_NAME: Final = re.compile(r"\b[A-Z][A-Z0-9_]{3,}\b")
_NEVER_READY: Final = frozenset(
    {"empty refresh token", "dead proxy", "foreign key", "commented", "nobody", "identity key",
     "locked keyring", "converted", "two lines"}
)  # fmt: skip
_BY_LOOK_UP: Final = frozenset({"account in no list", "look-up failure", "organisation"})


class Answered(NamedTuple):
    """A state and what was said of it."""

    drawn: Drawn
    seen: Observation
    found: Assessment

    @property
    def mark(self) -> str:
        """The outcome that the headline bears the mark of."""
        return marked_as(self.found.verdict.outcome, self.found.verdict.kind)

    @property
    def contract(self) -> contracts.Contract:
        """The generation that was asked about."""
        known = contracts.find(self.drawn.state.contract)
        assert known is not None
        return known[0]

    def fixes(self) -> Iterator[Fix]:
        """Every fix of the answer: of the verdict, and of each check."""
        yield from self.found.verdict.fix
        yield from (check.fix for check in self.found.checks if check.fix is not None)


def ready_beside_a_failing_check(row: Answered) -> str | None:
    """Ready, exit code 0 and a green headline want that no check fails."""
    failing = [check.id for check in row.found.checks if check.status == "fail"]
    good = row.found.verdict.outcome == "ready" or exit_code(row.found) == 0
    return f"beside {failing}" if failing and good else None


def exit_code_is_the_outcome(row: Answered) -> str | None:
    """Exit code 0 is ready, 4 is nobody, and nothing else."""
    code, outcome = exit_code(row.found), row.found.verdict.outcome
    expected = {"ready": (0,), "not-logged-in": (4,), "unreadable": (1, 3)}.get(outcome, (1,))
    return None if code in expected else f"{outcome} exits {code}"


def what_cannot_work_is_never_ready(row: Answered) -> str | None:
    """The kinds that cannot work: whatever else lies on the machine, they are not called ready."""
    kind, state = row.drawn.kind, row.drawn.state
    if state.surface == "login-status" or (
        state.surface == "tui" and "CODEX_API_KEY" in (state.env or {})
    ):
        return None  # the login itself is good, or the variable is not read
    if kind == "header variable missing":
        wrong = not row.contract.provider_inherits_login
    elif kind in _BY_LOOK_UP:
        wrong = row.contract.routing
    else:
        wrong = kind in _NEVER_READY
    return "ready" if wrong and row.mark == "ready" else None


def what_works_is_ready(row: Answered) -> str | None:
    """A healthy login or key is ready: no needless alarm."""
    if row.drawn.kind not in ("login", "key") or row.drawn.mixed:
        return None
    return None if row.mark == "ready" else row.mark


def assumptions_fit_what_is_there(row: Answered) -> str | None:
    """Nobody accepts an empty refresh token."""
    empty = row.drawn.kind == "empty refresh token"
    return "an empty token is refreshed" if empty and REFRESHED in _assumed(row) else None


def no_red_lamp_when_ready(row: Answered) -> str | None:
    """A ready verdict has no red lamp, and its program ends well."""
    red = [name for name, lamp in row.found.lamps._asdict().items() if lamp.light == "red"]
    start = next(p for p in row.found.predictions if p.surface == row.found.surface)
    if row.found.verdict.outcome == "ready":
        return f"red {red}, exit {start.exit}" if red or start.exit else None
    well = start.exit == 0 and start.ends and row.found.surface == "exec"
    return "the program ends well" if well else None


def selected_is_one_thing(row: Answered) -> str | None:
    """A source is selected exactly where the lamp shows one."""
    selected = [one.name for one in row.found.sources if one.status == "selected"]
    lamp = row.found.lamps.selected
    if lamp.light in ("red", "grey") and selected:
        return f"lamp {lamp.light}, source {selected}"
    named = lamp.light in ("green", "amber") and lamp.reason != "none is needed"
    details = [one.detail for one in row.found.sources if one.status == "selected" and one.detail]
    if named and not any(lamp.reason.startswith(name) for name in (*selected, *details)):
        return f"lamp {lamp.reason!r}, source {selected}"
    return "several are selected" if len(selected) > 1 else None


def accepted_is_not_known(row: Answered) -> str | None:
    """Looking sees no answer."""
    return None if row.found.lamps.accepted.light == "grey" else "accepted is lit"


def one_failure_has_one_text(row: Answered) -> str | None:
    """What the verdict repeats is what the program's own row says, the whole of it."""
    verdict = row.found.verdict
    start = next(p for p in row.found.predictions if p.surface == row.found.surface)
    same = (verdict.client_message, verdict.client_exit, verdict.mode) == (
        start.says, start.exit, start.mode,
    )  # fmt: skip
    return None if same else f"{verdict.client_message!r} and {start.says!r}"


def no_advice_is_the_opposite_of_another(row: Answered) -> str | None:
    """What one fix unsets or removes, no other sets."""
    gone: set[str] = set()
    put: set[str] = set()
    for fix in row.fixes():
        command, edit = fix.command or "", fix.edit
        if command.startswith("unset "):
            gone.update(command.split()[1:])
        if command.startswith("export "):
            put.update(_NAME.findall(command.partition("=")[0]))
        if edit is not None and edit.key is not None:
            (gone if edit.value is None else put).add(edit.key)
    return f"both ways: {sorted(gone & put)}" if gone & put else None


def fixes_are_ordered_by_what_they_lead_to(row: Answered) -> str | None:
    """Ready comes first, what helps next; what makes it worse stands only where nothing helps."""
    fixes = row.found.verdict.fix
    before = _WORTH.index(row.mark)
    ranks = []
    for fix in fixes:
        if fix.then == row.found.verdict.headline:
            return f"leads nowhere: {fix.text}"
        if fix.leads_to is None:
            ranks.append(1)
        elif fix.then is None:
            ranks.append(3)
        else:
            ranks.append(2 if _WORTH.index(fix.leads_to) >= before else 0)
    if ranks != sorted(ranks, reverse=True):
        return f"in the order {ranks}"
    return "worse beside better" if 0 in ranks and any(ranks) else None


def every_edit_was_simulated(row: Answered) -> str | None:
    """What edits a file, or takes a variable away, stands there with what it leads to."""
    open_ = [f.text for f in row.found.verdict.fix if (f.edit or f.unsets) and f.leads_to is None]
    return open_[0] if open_ else None


def a_command_can_be_pasted(row: Answered) -> str | None:
    """What is copied is one command line, and nothing from outside is a word of its own in it."""
    for fix in row.fixes():
        command = fix.command or ""
        try:
            words = list(shlex.shlex(command, posix=True, punctuation_chars=True))
        except ValueError:
            return f"no command: {command}"
        if "\n" in command or words[:1] == ["$"]:
            return f"no one line: {command}"
        if HOSTILE in words or f"${HOSTILE}" in words:
            return f"outside data is run: {command}"
    return None


def something_is_to_do(row: Answered) -> str | None:
    """What is not ready has a fix; what is ready has none."""
    fixes = row.found.verdict.fix
    if row.mark == "ready":
        return f"a fix for nothing: {fixes[0].text}" if fixes else None
    return None if fixes else "no fix"


def nobody_logs_in_again_who_never_did(row: Answered) -> str | None:
    """Where nothing is stored the advice is to log in, not to do it again."""
    if row.drawn.kind != "nobody":
        return None
    again = [fix.text for fix in row.fixes() if "log in again" in fix.text]
    return again[0] if again else None


def _assumed(row: Answered) -> tuple[str, ...]:
    per_start = (text for p in row.found.predictions for text in p.assumes)
    return (*row.found.verdict.assumes, *per_start)


PROPERTIES: Final[tuple[Callable[[Answered], str | None], ...]] = (
    ready_beside_a_failing_check,
    exit_code_is_the_outcome,
    what_cannot_work_is_never_ready,
    what_works_is_ready,
    assumptions_fit_what_is_there,
    no_red_lamp_when_ready,
    selected_is_one_thing,
    accepted_is_not_known,
    one_failure_has_one_text,
    no_advice_is_the_opposite_of_another,
    fixes_are_ordered_by_what_they_lead_to,
    every_edit_was_simulated,
    a_command_can_be_pasted,
    something_is_to_do,
    nobody_logs_in_again_who_never_did,
)
