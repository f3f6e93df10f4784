"""From an observation to the whole answer: the one entrance to this room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui import contracts
from authtui.checks.app_server import answer
from authtui.checks.catalogue import run_checks
from authtui.checks.courses import make_case
from authtui.checks.doctor import examine
from authtui.checks.findings import Assessment, ContractChoice, Surface
from authtui.checks.lamps import light_lamps
from authtui.checks.logout import predict_logout
from authtui.checks.matrix import build_matrix, derive_binding, view_tokens
from authtui.checks.predictions import predict
from authtui.checks.registry import Subject
from authtui.checks.sources import document_facts, list_sources
from authtui.checks.verdict import judge
from authtui.credentials.assumptions import Assumptions
from authtui.credentials.observation import ConfigValue
from authtui.record import NamedTuple

if TYPE_CHECKING:
    from authtui.checks.doctor import DoctorReport
    from authtui.checks.findings import Verdict
    from authtui.contracts import Contract
    from authtui.credentials.observation import Observation


class Options(NamedTuple):
    """What to judge for: a generation by name or version, a surface, assumptions, features."""

    contract: str = "auto"
    surface: Surface = "exec"
    assumptions: Assumptions = Assumptions()
    features: tuple[tuple[str, bool], ...] = ()


def assess(observation: Observation, options: Options) -> Assessment:
    """The whole answer. Pure: the same observation and options give the same assessment."""
    observation = with_features(observation, options.features)
    contract, choice = choose_contract(observation, options.contract)
    case = make_case(observation, contract, options.assumptions)
    courses = predict(case)
    course = courses[options.surface]
    tokens = view_tokens(case)
    doctor = examine(case)
    verdict = _beside_doctor(judge(case, courses, options.surface), doctor)
    credential = course.credential or (course.violation.credential if course.violation else None)
    sources = list_sources(case, courses, options.surface)
    if credential is not None and credential.document is not None:
        sources = tuple(
            source._replace(facts=(*source.facts, *document_facts(course)))
            if source.name == credential.source
            else source
            for source in sources
        )
    return Assessment(
        home=observation.home.shown or observation.home.path,
        contract=choice,
        surface=options.surface,
        at=observation.at,
        verdict=verdict,
        lamps=light_lamps(case, course),
        sources=sources,
        tokens=tokens,
        binding=derive_binding(case, credential),
        matrix=build_matrix(case, course, tokens),
        checks=run_checks(Subject(case, courses, options.surface)),
        request=course.request,
        predictions=tuple(found.prediction for found in courses.values()),
        generations={
            name: predict(make_case(observation, contracts.BY_NAME[name], options.assumptions))[
                options.surface
            ].prediction.outcome
            for name in contracts.GENERATIONS
        },
        doctor=doctor,
        app_server=answer(case),
        logout=predict_logout(case),
    )


def _beside_doctor(verdict: Verdict, doctor: DoctorReport | None) -> Verdict:
    """The verdict, with a word on the doctor where that one sees nothing wrong."""
    if doctor is None or doctor.status == "fail" or not verdict.client_exit:
        return verdict
    if "codex doctor" in verdict.sentence:
        return verdict
    said = "says ok" if doctor.status == "ok" else "only warns"
    return verdict._replace(
        sentence=f"{verdict.sentence} `codex doctor` {said} all the same: {doctor.summary}."
    )


def with_features(observation: Observation, features: tuple[tuple[str, bool], ...]) -> Observation:
    """A copy in which feature flags of the configuration are overridden."""
    if not features:
        return observation
    values = dict(observation.config.values)
    for name, on in features:
        values[f"features.{name}"] = ConfigValue(on, "--feature")
    return observation._replace(config=observation.config._replace(values=values))


def choose_contract(observation: Observation, wanted: str) -> tuple[Contract, ContractChoice]:
    """The generation to model: as asked, else the installed client's, else by the state's shape.

    Raises:
        ValueError: the name is neither a generation nor a client version.
    """
    if wanted != "auto":
        found = contracts.find(wanted)
        if found is None:
            names = ", ".join(contracts.GENERATIONS)
            raise ValueError(f"unknown contract {wanted!r}; names are {names}, or a client version")
        contract, note = found
        given = contracts.parse_version(wanted) is not None
        version = wanted if given else contract.version
        return contract, ContractChoice(contract.name, contract.title, "option", version, note)
    for client in observation.clients:
        found = contracts.find(client.version) if client.version else None
        if found is not None:
            contract, note = found
            return contract, ContractChoice(
                contract.name, contract.title, "installed-client", client.version, note
            )
    by_shape = contract_of_shape(observation)
    if by_shape:
        contract = contracts.BY_NAME[by_shape]
        return contract, ContractChoice(contract.name, contract.title, "state", None)
    contract = contracts.BY_NAME["current"]
    return contract, ContractChoice(contract.name, contract.title, "default", None)


def contract_of_shape(observation: Observation) -> str | None:
    """The generation whose mark the state bears, or None (spec generations.md 4)."""
    from authtui.credentials.salvage import salvage

    data = observation.auth_file.data
    fields = salvage(data) if data is not None and b"agent_identity" in data else None
    kept = fields.get("agent_identity") if fields else None
    if isinstance(kept, dict) and "workspace_id" in kept:
        return "first"
    for value in (kept, observation.environment.trimmed("CODEX_AGENT_IDENTITY")):
        shape = _shape_of_token(value)
        if shape:
            return shape
    if observation.environment.trimmed("CODEX_AGENT_IDENTITY"):
        return "explicit"
    return None


def _shape_of_token(value: object) -> str | None:
    from authtui.redaction import Secret
    from authtui.tokens.jwt import decode

    text = value.reveal() if isinstance(value, Secret) else value
    if not isinstance(text, str):
        return None
    claims = decode(text).claims or {}
    if "workspace_id" in claims and "account_id" not in claims:
        return "identity-only"
    return None
