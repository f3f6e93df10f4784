"""From an observation to the whole answer: the one entrance to this room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui import contracts
from authtui.answers.findings import Assessment, Running, UnsavedTokens
from authtui.assessment.config_rows import config_rows
from authtui.assessment.generations import choose_contract
from authtui.assessment.proof import at_a_remote_place, with_one_advice, with_proven_fixes
from authtui.assessment.who import person_of
from authtui.checks.all_checks import run_checks
from authtui.checks.matrix import build_matrix, derive_binding
from authtui.checks.phrases import clause
from authtui.checks.registry import Subject
from authtui.checks.sources import list_sources
from authtui.checks.token_views import view_tokens
from authtui.simulation.app_server import predict_app_server
from authtui.simulation.doctor import predict_doctor
from authtui.simulation.logout import predict_logout
from authtui.simulation.mcp_servers import list_mcp_servers
from authtui.simulation.predictions import predict
from authtui.simulation.program_start import make_case, with_features
from authtui.simulation.running import outdated_programs
from authtui.verdict.beside_checks import beside_checks
from authtui.verdict.judge import judge
from authtui.verdict.lamps import light_lamps

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authtui.answers.findings import DoctorReport, Outcome, Verdict
    from authtui.assessment.options import Options
    from authtui.machine.observation import Observation
    from authtui.simulation.program_start import Case


def assess(observation: Observation, options: Options) -> Assessment:
    """The whole answer. Pure: the same observation and options give the same assessment."""
    observation = with_features(observation, options.features)
    contract, choice = choose_contract(observation, options.contract)
    case = make_case(observation, contract, options.assumptions)
    starts = predict(case)
    start = starts[options.surface]
    tokens = view_tokens(case)
    doctor = predict_doctor(case)
    checks = run_checks(Subject(case, starts, options.surface))
    verdict = beside_checks(judge(case, starts, options.surface), checks)
    verdict = with_proven_fixes(
        _beside_doctor(verdict, doctor), observation, contract, options.assumptions, options.surface
    )
    marks = frozenset(observation.host.marks)
    verdict = verdict._replace(fix=tuple(at_a_remote_place(fix, marks) for fix in verdict.fix))
    checks = tuple(
        check._replace(fix=at_a_remote_place(check.fix, marks)) if check.fix else check
        for check in with_one_advice(checks, verdict)
    )
    outcomes = {
        name: predict(make_case(observation, contracts.BY_NAME[name], options.assumptions))[
            options.surface
        ].prediction.outcome
        for name in contracts.GENERATIONS
    }
    verdict = verdict._replace(since=_since(verdict, contract.name, outcomes))
    return Assessment(
        home=observation.home.shown or observation.home.path,
        contract=choice,
        surface=options.surface,
        at=observation.at,
        verdict=verdict,
        lamps=light_lamps(case, start),
        sources=list_sources(case, start),
        tokens=tokens,
        binding=derive_binding(case, start.credential),
        matrix=build_matrix(case, start, tokens),
        checks=checks,
        request=start.request,
        predictions=tuple(found.prediction for found in starts.values()),
        generations=outcomes,
        doctor=doctor,
        app_server=predict_app_server(case),
        logout=predict_logout(case),
        unsaved=_unsaved(observation),
        running=_running(case),
        mcp=list_mcp_servers(case.observation, contract),
        layers=config_rows(case.observation.config, contract),
        who=person_of(start.credential) if start.credential is not None else None,
    )


def _running(case: Case) -> tuple[Running, ...]:
    older = {found.program.pid: found.files for found in outdated_programs(case)}
    return tuple(
        Running(
            one.pid, one.kind, one.version, one.host, one.started, tuple(older.get(one.pid, ()))
        )
        for one in case.observation.running
    )


def _unsaved(observation: Observation) -> tuple[UnsavedTokens, ...]:
    kept, entry = observation.storage.rescues, observation.storage.entry_rescues
    if observation.keyring.document is None:
        entry = ()  # nobody asked the keyring what it holds
    places = (("auth.json", kept), ("keyring", entry))
    return tuple(UnsavedTokens(place, path) for place, paths in places for path in paths)


def _since(verdict: Verdict, name: str, outcomes: Mapping[str, Outcome]) -> str | None:
    """When the state stopped working, where an older generation takes it."""
    if verdict.outcome == "ready" or name not in outcomes:
        return None
    order = list(outcomes)
    place = order.index(name)
    while place > 0 and outcomes[order[place - 1]] != "ready":
        place -= 1
    if place == 0:
        return None
    older, newer = (contracts.BY_NAME[order[at]].title for at in (place - 1, place))
    return f"{older} takes this state; from {newer} on it does not work"


def _beside_doctor(verdict: Verdict, doctor: DoctorReport | None) -> Verdict:
    """The verdict, with a word on the doctor where that one sees nothing wrong."""
    if doctor is None or doctor.status == "fail" or not verdict.client_exit:
        return verdict
    if "codex doctor" in verdict.sentence:
        return verdict
    said = "still says ok" if doctor.status == "ok" else "only warns"
    return verdict._replace(
        sentence=f"{verdict.sentence} `codex doctor` {said}: {clause(doctor.summary)}."
    )
