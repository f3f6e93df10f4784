"""How a server is reached: certificates, the proxy, and why it failed, in plain words.

The rules for certificates and proxies are the client's: `CODEX_CA_CERTIFICATE` before
`SSL_CERT_FILE`, `HTTPS_PROXY` before `ALL_PROXY`, no system proxy in its macOS sandbox.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from authtui.contracts import CA_VARIABLES
from authtui.exchanges.hosts import host_name, is_loopback
from authtui.redaction import printable, safe_text

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Mapping

    from authtui.exchanges.answers import FailureKind


class WireTrouble(NamedTuple):
    """Why a request got no usable answer: its class and a sentence."""

    kind: FailureKind
    statement: str


UNUSABLE_PROXY: Final = WireTrouble("proxy", "the proxy of the environment is not a usable address")


def ca_file_of(environment: Mapping[str, str]) -> str | None:
    """The file of additional certificates that the client would use, or None."""
    return next((environment[name] for name in CA_VARIABLES if environment.get(name)), None)


def proxy_of(environment: Mapping[str, str], host: str) -> str | None:
    """The proxy for an https host, or None. Loopback is never sent through one."""
    if is_loopback(host) or environment.get("CODEX_SANDBOX") == "seatbelt":
        return None
    name = host_name(host)
    excepted = environment.get("NO_PROXY") or environment.get("no_proxy") or ""
    for entry in excepted.split(","):
        rule = host_name(entry.strip().removeprefix("*")).lstrip(".")
        if entry.strip() == "*" or (rule and (name == rule or name.endswith(f".{rule}"))):
            return None
    for variable in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        value = environment.get(variable, "").strip()
        if value:
            return value if "://" in value else f"http://{value}"
    return None


def build_ssl_context(
    ca_file: str | None, roots: str | None = None
) -> ssl.SSLContext | WireTrouble:
    """Read the certificates: the system's and httpx's own, plus `ca_file`. Slow: use a thread.

    `roots` (PEM) takes the place of the system's and httpx's own.
    """
    import ssl

    import httpx

    try:
        if roots is not None:
            context = ssl.create_default_context(cadata=roots)
        else:
            context = httpx.create_ssl_context(trust_env=False)
        if ca_file is not None:
            context.load_verify_locations(cafile=ca_file)
    except (OSError, ssl.SSLError, ValueError) as error:
        return WireTrouble("tls", f"the certificates cannot be read: {_words(error)}")
    return context


def trouble_of(error: BaseException, host: str, seconds: float) -> WireTrouble:
    """The class of an exception of the HTTP library, and a sentence without its type names."""
    import socket
    import ssl

    import httpx

    name = safe_text(host, 120)
    chain = tuple(_causes(error))
    if isinstance(error, (httpx.TimeoutException, TimeoutError)):
        where = "no connection" if isinstance(error, httpx.ConnectTimeout) else "no complete answer"
        return WireTrouble("timeout", f"{where} from {name} within {seconds:g} s")
    for cause in chain:
        if isinstance(cause, ssl.SSLCertVerificationError):
            reason = printable(cause.verify_message or "not trusted", 160)
            return WireTrouble("tls", f"the certificate of {name} was refused: {reason}")
    for cause in chain:
        if isinstance(cause, ssl.SSLError):
            return WireTrouble("tls", f"no TLS connection to {name}: {_words(cause)}")
    if any(isinstance(cause, socket.gaierror) for cause in chain):
        return WireTrouble("dns", f"the name {name} was not found")
    if isinstance(error, httpx.ProxyError):
        return WireTrouble("proxy", f"the proxy refused the request to {name}")
    if any(isinstance(cause, ConnectionRefusedError) for cause in chain):
        return WireTrouble("refused", f"nothing is listening at {name}: the connection was refused")
    if isinstance(error, httpx.ConnectError):
        return WireTrouble("unreachable", f"{name} cannot be reached: {_words(chain[-1])}")
    if isinstance(error, httpx.RemoteProtocolError):
        # The library has one class for three failures; only its text tells them apart.
        if "complete message body" in str(error) or "incomplete" in str(error):
            return WireTrouble(
                "truncated", f"{name} closed the connection in the middle of its answer"
            )
        if "without sending a response" not in str(error):
            return WireTrouble("protocol", f"{name} did not answer in HTTP: {_words(error)}")
    if isinstance(error, (httpx.RemoteProtocolError, httpx.NetworkError, OSError)):
        return WireTrouble("dropped", f"{name} closed the connection without an answer")
    if isinstance(error, (httpx.InvalidURL, httpx.UnsupportedProtocol)):
        return WireTrouble("bad-url", "the address is not a usable URL")
    return WireTrouble("protocol", f"the request to {name} could not be made: {_words(error)}")


def _words(error: BaseException) -> str:
    text = getattr(error, "strerror", None) or str(error) or "no reason was given"
    return safe_text(str(text), 160)


def _causes(error: BaseException, depth: int = 0) -> Iterator[BaseException]:
    yield error
    if depth > 12:
        return
    inner: tuple[Any, ...] = getattr(error, "exceptions", ())
    for cause in (*inner, error.__cause__ or error.__context__):
        if isinstance(cause, BaseException):
            yield from _causes(cause, depth + 1)
