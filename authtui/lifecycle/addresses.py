"""Where each call of a transition goes: the generation's endpoints, or one server for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from authtui.contracts import API_MODEL_BASE, CHATGPT_MODEL_BASE
from authtui.exchanges.endpoints import (
    VARIABLES,
    EndpointProblem,
    Endpoints,
    endpoints_of,
)

if TYPE_CHECKING:
    from authtui.contracts import Contract
    from authtui.machine.observation import Observation
    from authtui.simulation.selection import Credential


class Addresses(NamedTuple):
    """The endpoints, and the base of model calls."""

    endpoints: Endpoints
    model: str


def addresses_of(
    observation: Observation,
    contract: Contract,
    credential: Credential | None,
    model_base: str | None = None,
    base_url: str | None = None,
) -> Addresses:
    """The addresses of a generation under a configuration.

    `model_base` is the base of the predicted model request. `base_url` is one server for all of
    them, such as the embedded backend; nothing else is then contacted.
    """
    api_key = credential is not None and credential.mode in ("api_key", "provider")
    if base_url is not None:
        base = base_url.rstrip("/")
        authapi = f"{base}/api/accounts"
        chatgpt = f"{base}/backend-api"
        found = Endpoints(
            jwks=f"{chatgpt}/wham/agent-identities/jwks",
            agent_base=chatgpt if contract.registration.base == "chatgpt" else authapi,
            biscuit=f"{chatgpt}/authenticate_app_v2",
            refresh=f"{base}/oauth/token",
            revoke=f"{base}/oauth/revoke",
            whoami=f"{authapi}/v1/user-auth-credential/whoami",
            accounts_check=f"{chatgpt}/wham/accounts/check",
            policies=f"{chatgpt}/wham/config/bundle",
        )
        return Addresses(found, f"{base}/v1" if api_key else f"{chatgpt}/codex")
    configured = observation.config.get("chatgpt_base_url")
    variables = {
        name: given.value.reveal()
        for name in VARIABLES
        if (given := observation.environment.get(name)) is not None
    }
    found = endpoints_of(contract, configured if isinstance(configured, str) else None, variables)
    return Addresses(found, model_base or (API_MODEL_BASE if api_key else CHATGPT_MODEL_BASE))


def text_of(address: str | EndpointProblem) -> str:
    """An address as text; where there is none, why, in angle brackets."""
    return address if isinstance(address, str) else f"⟨{address.statement}⟩"


def host_of(url: str) -> str:
    """`host` or `host:port` of a URL; empty where it has none."""
    try:
        parts = urlsplit(url)
        return parts.netloc.rpartition("@")[2].lower() if parts.scheme else ""
    except ValueError:
        return ""
