"""One program start: the case it meets, and what it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from authtui.answers.findings import Outcome, PlannedRequest, Prediction, Surface
from authtui.configuration.config import ProviderFacts, selected_provider
from authtui.configuration.effective import effective
from authtui.configuration.late_refusals import late_refusal
from authtui.configuration.merging import with_options
from authtui.configuration.refusals import refused_configuration
from authtui.contracts import CHATGPT_BASE
from authtui.machine.observation import ConfigValue
from authtui.record import NamedTuple
from authtui.simulation.assumptions import DOWN, OK, Assumptions
from authtui.simulation.ladder import judge_ladder
from authtui.simulation.proxies import ProxyChoice, proxy_for
from authtui.simulation.restrictions import Enforcement, Violation, enforce, filtered

if TYPE_CHECKING:
    from authtui.configuration.late_refusal import LateRefusal
    from authtui.contracts import Contract
    from authtui.machine.observation import BundleFacts, ConfigFault, Observation
    from authtui.simulation.selection import Credential, Failure, Ladder

Trouble = Literal[
    "home",
    "config",
    "unknown-provider",
    "policies",
    "mcp",
    "provider",
    "provider-variable",
    "provider-command",
    "key-header",
    "key-shape",
    "token-shape",
    "bedrock",
    "aws-region",
    "aws-credentials",
    "google-project",
    "google-login",
    "not-listening",
    "bearer",
    "identity-key",
    "identity-task",
    "no-tokens",
    "refresh",
    "refresh-url",
    "register",
    "routing",
    "model-url",
    "network",
    "proxy",
    "provider-header",
    "responses",
]
"""What goes wrong besides the credential itself, roughly in the order in which it shows."""


class Case(NamedTuple):
    """One observation under one generation: everything that predictions and checks look at.

    `config_error` is what stops the client while it reads its configuration, `start_error` the
    one that `exec` and the interactive client name, `late_refusal` what stops them right after.
    `proxy` is the one that requests to ChatGPT and to the API take. `plain` is the case of the
    commands that know neither profile nor what a workspace delivers, where that is another one.
    """

    observation: Observation
    contract: Contract
    assumptions: Assumptions
    ladder: Ladder
    config_error: ConfigFault | None
    provider: ProviderFacts
    enforcement: Enforcement
    late_refusal: LateRefusal | None = None
    start_error: ConfigFault | None = None
    proxy: ProxyChoice | None = None
    plain: Case | None = None

    @property
    def of_commands(self) -> Case:
        """The case of `login status`, `doctor` and `logout`."""
        return self.plain or self


class ProgramStart(NamedTuple):
    """What one start of a program does: the prediction, and what it rests on.

    `credential` is the one it chooses, `failure` one that it finds and cannot use, `filtered` the
    restriction for which it drops a login, `request` the first model request it sends.
    """

    prediction: Prediction
    credential: Credential | None = None
    failure: Failure | None = None
    violation: Violation | None = None
    filtered: str | None = None
    request: PlannedRequest | None = None
    trouble: Trouble | None = None


def make_case(
    observation: Observation, contract: Contract, assumptions: Assumptions | None = None
) -> Case:
    """Judge the places once, so that every surface is predicted from the same facts."""
    given = assumptions or Assumptions()
    proxy = proxy_for(CHATGPT_BASE, observation)
    if proxy is not None and proxy.dead:
        given = given._replace(network=DOWN)
    given = given.settled()
    config = observation.config
    seen = observation._replace(config=effective(config, contract, at_start=False))
    plain = _case(seen, contract, given, proxy)
    counts = _counts(plain, config.bundle)
    local = effective(config, contract, at_start=True)
    started = effective(config, contract, at_start=True, delivered=True) if counts else local
    if started == seen.config:
        return plain
    case = _case(observation._replace(config=started), contract, given, proxy)
    before = _case(observation._replace(config=local), contract, given, proxy) if counts else case
    if any(before.enforcement):
        # What this machine says is enforced before anything is asked of the workspace.
        case = case._replace(enforcement=before.enforcement)
    return case._replace(plain=plain)


def _counts(case: Case, bundle: BundleFacts | None) -> bool:
    """Whether the client obeys what it kept of a workspace's delivery."""
    contract, at = case.contract, case.observation.at
    if (
        bundle is None
        or not contract.bundle
        or bundle.expires_at is None
        or bundle.expires_at <= at
    ):
        return False
    login = filtered(case.observation, contract, case.ladder, on_exec=False).credential
    if login is None or login.plan not in contract.managed_plans:
        return False
    return login.account_id == bundle.account and login.user_id == bundle.user


def _case(
    observation: Observation, contract: Contract, given: Assumptions, proxy: ProxyChoice | None
) -> Case:
    ladder = judge_ladder(observation, contract, given)
    refused = refused_configuration(observation.config, contract)
    provider = selected_provider(observation.config)
    if provider.id in contract.lacks_providers:
        provider = provider._replace(built_in=False, known=bool(provider.lines))
    command = provider.auth_command
    if command in observation.config.missing_programs and given.auth_command == OK:
        given = given._replace(auth_command="missing")
    return Case(
        observation,
        contract,
        given,
        ladder,
        refused.status if refused else None,
        provider,
        enforce(observation, contract, ladder),
        None if refused else late_refusal(observation.config, contract, provider, on_exec=True),
        refused.start if refused else None,
        proxy,
    )


def with_features(observation: Observation, features: tuple[tuple[str, bool], ...]) -> Observation:
    """A copy in which feature flags of the configuration are overridden."""
    if not features:
        return observation
    values = {f"features.{name}": ConfigValue(on, "--feature") for name, on in features}
    config = with_options(observation.config, "--feature", values)
    return observation._replace(config=config)


def failed_start(
    surface: Surface,
    text: str,
    outcome: Outcome,
    *,
    credential: Credential | None = None,
    failure: Failure | None = None,
    filtered: str | None = None,
    request: PlannedRequest | None = None,
    trouble: Trouble | None = None,
    assumes: tuple[str, ...] = (),
) -> ProgramStart:
    """A program start that ends here: exit code 1, nothing deleted, `text` is the client's."""
    prediction = Prediction(
        surface,
        1,
        text,
        deletes_stored_login=False,
        outcome=outcome,
        mode=credential.mode if credential else None,
        assumes=assumes or (credential.assumes if credential else ()),
    )
    return ProgramStart(prediction, credential, failure, None, filtered, request, trouble)
