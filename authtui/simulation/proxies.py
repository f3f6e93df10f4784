"""Which proxy a request takes, by the variables as the client's HTTP library reads them.

Source: hyper-util's `Matcher::from_env`, which reqwest uses: upper case before lower case, the
variable of the scheme before `ALL_PROXY`, and `NO_PROXY` by host, domain or `*`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.record import NamedTuple
from authtui.simulation.urls import is_loopback, port_of

if TYPE_CHECKING:
    from authtui.machine.observation import EnvironmentFacts, Observation

PROXY_VARIABLES: Final = (
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
)
KNOWN_SCHEMES: Final = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")
_PORTS: Final = {"http": 80, "https": 443}
_SOCKS_PORT: Final = 1080


class ProxyChoice(NamedTuple):
    """A proxy that requests take: the variable that names it, and its address.

    `dead` says that it stands on this machine and that nobody listens at its port.
    """

    variable: str
    host: str
    port: int
    dead: bool = False

    @property
    def address(self) -> str:
        """Host and port as one text."""
        return f"{self.host}:{self.port}"


def proxy_for(url: str, observation: Observation) -> ProxyChoice | None:
    """Find the proxy that a request to `url` takes, or None where it goes straight there."""
    scheme, _, rest = url.partition("://")
    host = rest.partition("/")[0].rpartition("@")[2]
    host = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    environment = observation.environment
    own = ("HTTPS_PROXY", "https_proxy") if scheme == "https" else ("HTTP_PROXY", "http_proxy")
    for name in (*own, "ALL_PROXY", "all_proxy"):
        given = environment.trimmed(name)
        if given:
            if _is_excepted(host, environment):
                return None
            return _proxy(name, given, observation.listening)
    return None


def _proxy(name: str, given: str, listening: frozenset[int] | None) -> ProxyChoice | None:
    scheme, mark, rest = given.partition("://")
    scheme = scheme.lower() if mark else "http"
    if scheme not in KNOWN_SCHEMES:
        return None
    authority = (rest if mark else given).partition("/")[0].rpartition("@")[2]
    port = port_of(authority)
    host = authority.rpartition(":")[0] if port is not None else authority
    if not host:
        return None
    port = port if port is not None else _PORTS.get(scheme, _SOCKS_PORT)
    dead = listening is not None and is_loopback(host) and port not in listening
    return ProxyChoice(name, host, port, dead)


def _is_excepted(host: str, environment: EnvironmentFacts) -> bool:
    """Whether `NO_PROXY` leaves this host out: itself, a domain above it, or `*`."""
    given = environment.trimmed("NO_PROXY") or environment.trimmed("no_proxy") or ""
    for entry in given.split(","):
        name = entry.strip().lower().lstrip(".")
        if name and (name == "*" or host.lower() == name or host.lower().endswith(f".{name}")):
            return True
    return False
