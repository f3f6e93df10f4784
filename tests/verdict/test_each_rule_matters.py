"""Each property of an answer is there because of a rule: with the rule taken out it is missed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from authtui.answers.findings import CheckResult, Fix, Lamp, Lamps, Verdict
from authtui.assessment.assess import assess
from authtui.assessment.options import Options
from authtui.assessment.proof import with_proven_fixes
from authtui.checks.subject import LOGIN
from authtui.simulation.first_answer import answered
from authtui.verdict.judge import judge
from authtui.verdict.lamps import light_lamps
from tests.checks.build import State, observe
from tests.verdict import properties as held
from tests.verdict.generated import KINDS, Drawn, draw
from tests.verdict.properties import Answered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from authtui.answers.findings import PlannedRequest, Surface
    from authtui.contracts import Contract
    from authtui.machine.observation import Observation
    from authtui.simulation.assumptions import Assumptions
    from authtui.simulation.program_start import Case, ProgramStart
    from authtui.simulation.selection import Credential

ROUNDS = 60
FIRST_REQUEST = "authtui.simulation.first_request"
ASSESS = "authtui.assessment.assess"


class Mutation(NamedTuple):
    """A property, a kind of state, the rule that it rests on, and what stands in its place.

    `found` makes a check find more than there is, for a rule that only then has work to do.
    """

    holds: Callable[[Answered], str | None]
    kind: str
    rule: str
    instead: object
    found: tuple[str, object] | None = None


def never(*_: object, **__: object) -> None:
    """A rule that never applies."""


def _taken(case: Case, credential: Credential, request: PlannedRequest, _: str) -> ProgramStart:
    return answered(case, credential, request)


def _backwards(
    verdict: Verdict,
    seen: Observation,
    contract: Contract,
    assumptions: Assumptions,
    surface: Surface,
) -> Verdict:
    proven = with_proven_fixes(verdict, seen, contract, assumptions, surface)
    return proven._replace(fix=proven.fix[::-1])


def _lit(case: Case, start: ProgramStart) -> Lamps:
    return light_lamps(case, start)._replace(accepted=Lamp("green", "surely"))


def _dark(case: Case, start: ProgramStart) -> Lamps:
    return light_lamps(case, start)._replace(sent=Lamp("red", "nothing"))


def _last_line(case: Case, starts: Mapping[Surface, ProgramStart], surface: Surface) -> Verdict:
    verdict = judge(case, starts, surface)
    return verdict._replace(client_message=(verdict.client_message or "").split("\n")[-1])


def _one_fails(_: object) -> tuple[CheckResult, ...]:
    return (CheckResult("record.stored_key", "fail", "it looks odd", fix=LOGIN),)


def _exported(_: object, name: str) -> Fix:
    return Fix("export it in the shell instead", f"export {name}=…")


MUTATIONS = (
    Mutation(
        held.ready_beside_a_failing_check,
        "key",
        f"{ASSESS}.beside_checks",
        lambda verdict, _: verdict,
        # The checks rest on the same simulation: one has to know more than it.
        (f"{ASSESS}.run_checks", _one_fails),
    ),
    Mutation(
        held.exit_code_is_the_outcome, "nobody", "authtui.commands.check.EXIT_NOT_LOGGED_IN", 0
    ),
    Mutation(
        held.what_cannot_work_is_never_ready,
        "empty refresh token",
        f"{FIRST_REQUEST}.refresh_problem",
        never,
    ),
    Mutation(
        held.what_cannot_work_is_never_ready, "foreign key", f"{FIRST_REQUEST}.wrong_key", _taken
    ),
    Mutation(
        held.what_cannot_work_is_never_ready,
        "header variable missing",
        f"{FIRST_REQUEST}.missing_header",
        never,
    ),
    Mutation(
        held.what_cannot_work_is_never_ready,
        "converted",
        f"{FIRST_REQUEST}.has_placeholder",
        never,
    ),
    Mutation(
        held.what_cannot_work_is_never_ready,
        "look-up failure",
        f"{FIRST_REQUEST}.routing_trouble",
        never,
    ),
    Mutation(
        held.what_cannot_work_is_never_ready,
        "account in no list",
        f"{FIRST_REQUEST}.routing_trouble",
        never,
    ),
    Mutation(
        held.what_cannot_work_is_never_ready,
        "organisation",
        "authtui.simulation.prerequisites.names_organization",
        never,
    ),
    Mutation(
        held.what_cannot_work_is_never_ready,
        "dead proxy",
        "authtui.simulation.program_start.proxy_for",
        never,
    ),
    Mutation(
        held.what_works_is_ready, "key", f"{FIRST_REQUEST}.damage_of", lambda _: "it looks odd"
    ),
    Mutation(
        held.assumptions_fit_what_is_there,
        "empty refresh token",
        f"{FIRST_REQUEST}.refresh_problem",
        never,
    ),
    Mutation(held.no_red_lamp_when_ready, "login", f"{ASSESS}.light_lamps", _dark),
    Mutation(
        held.selected_is_one_thing,
        "header key",
        "authtui.checks.sources._with_provider",
        lambda *given: given[-1],
    ),
    Mutation(held.accepted_is_not_known, "login", f"{ASSESS}.light_lamps", _lit),
    Mutation(held.one_failure_has_one_text, "two lines", f"{ASSESS}.judge", _last_line),
    Mutation(
        held.no_advice_is_the_opposite_of_another,
        "exported twice",
        "authtui.checks.sources_checks._instead",
        _exported,
    ),
    Mutation(
        held.fixes_are_ordered_by_what_they_lead_to,
        "gateway",
        f"{ASSESS}.with_proven_fixes",
        _backwards,
    ),
    Mutation(
        held.every_edit_was_simulated,
        "commented",
        f"{ASSESS}.with_proven_fixes",
        lambda verdict, *_: verdict,
    ),
    Mutation(
        held.a_command_can_be_pasted,
        "hostile names",
        "authtui.verdict.troubles.shell_name",
        lambda name: name,
    ),
    Mutation(
        held.something_is_to_do,
        "foreign key",
        f"{ASSESS}.with_proven_fixes",
        lambda verdict, *_: verdict._replace(fix=()),
    ),
    Mutation(
        held.nobody_logs_in_again_who_never_did,
        "nobody",
        "authtui.verdict.judge.FIRST_LOGIN",
        LOGIN,
    ),
)


def _answer(row: Drawn) -> Answered:
    state: State = row.state
    seen = observe(state)
    asked = Options(contract=state.contract, surface=state.surface, assumptions=state.assume)
    return Answered(row, seen, assess(seen, asked))


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: f"{m.holds.__name__}-{m.kind}")
def test_without_its_rule_a_property_is_missed(
    mutation: Mutation, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [row for row in draw(7, len(KINDS) * ROUNDS) if row.kind == mutation.kind]
    if mutation.found is not None:
        monkeypatch.setattr(*mutation.found)
    assert not [row for row in rows if mutation.holds(_answer(row))]
    monkeypatch.setattr(mutation.rule, mutation.instead)
    assert [row for row in rows if mutation.holds(_answer(row))]


def test_every_property_has_its_rule() -> None:
    assert {m.holds for m in MUTATIONS} == set(held.PROPERTIES)
