"""How a server is reached: certificates, the proxy, and why it failed, in plain words.

The rules for certificates and proxies are the client's: `CODEX_CA_CERTIFICATE` before
`SSL_CERT_FILE`, `HTTPS_PROXY` before `ALL_PROXY`, no system proxy in its macOS sandbox.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from authtui.contracts import CA_VARIABLES
from authtui.exchanges.hosts import host_name, is_loopback
from authtui.machine.certificates import IN_FILES, trusted_file, trusted_folders
from authtui.redaction import printable, safe_text

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Mapping

    from authtui.exchanges.answers import FailureKind


class WireTrouble(NamedTuple):
    """Why a request got no usable answer: its class and a sentence."""

    kind: FailureKind
    statement: str


NO_CERTIFICATES: Final = WireTrouble(
    "tls", "this machine has no certificates, so that no server can be trusted"
)
_TRUST_VARIABLES: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_PROXY_SCHEMES: Final = ("http", "https", "socks5", "socks5h")
UNUSABLE_PROXY: Final = WireTrouble("proxy", "the proxy of the environment is not a usable address")


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


def proxy_is_usable(proxy: str) -> bool:
    """Whether a request can be sent by this address at all."""
    try:
        parts = urlsplit(proxy)
        return parts.scheme.lower() in _PROXY_SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def build_ssl_context(
    environment: Mapping[str, str], roots: str | None = None
) -> ssl.SSLContext | WireTrouble:
    """Trust what the client would: the machine's certificates. Slow: use a thread.

    `SSL_CERT_FILE` and `SSL_CERT_DIR` take the place of the machine's, `CODEX_CA_CERTIFICATE` is
    added to them (measured with 0.169 and 0.171). `roots` (PEM) takes the place of the machine's.
    """
    import ssl

    # Not the library's default, which checks more than the client does, and writes down keys
    # where SSLKEYLOGFILE says so.
    context: ssl.SSLContext = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    added = [environment[name] for name in CA_VARIABLES if environment.get(name)][:1]
    given = [environment.get(name) or None for name in _TRUST_VARIABLES]
    try:
        if roots is not None:
            context.load_verify_locations(cadata=roots)
        elif any(given):
            # Of an unreadable one nothing is said where another was named.
            with suppress(*((OSError,) if added and added[0] not in given else ())):
                context.load_verify_locations(*given)
        elif not _trust_machine(context) and not added:
            return NO_CERTIFICATES
        for file in added:
            context.load_verify_locations(cafile=file)
    except (OSError, ssl.SSLError, ValueError) as error:
        return WireTrouble("tls", f"the certificates cannot be read: {_words(error)}")
    return context


def _trust_machine(context: ssl.SSLContext) -> bool:
    """Trust what this machine trusts; False where that is nobody."""
    if not IN_FILES:
        context.load_default_certs()
        return True
    file, folders = trusted_file(), trusted_folders()
    if file is not None:
        context.load_verify_locations(cafile=file)
    for folder in folders:
        context.load_verify_locations(capath=folder)
    return file is not None or bool(folders)


def trouble_of(
    error: BaseException, host: str, seconds: float, proxy: str | None = None
) -> WireTrouble:
    """The class of an exception of the HTTP library, and a sentence without its type names.

    `proxy` is the one on the way: a connection that cannot be made is one to the proxy.
    """
    import socket
    import ssl

    import httpx

    name = safe_text(host, 120)
    chain = tuple(_causes(error))
    if proxy is not None and (found := _trouble_with_proxy(error, chain, name, proxy)) is not None:
        return found
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


def _trouble_with_proxy(
    error: BaseException, chain: tuple[BaseException, ...], host: str, proxy: str
) -> WireTrouble | None:
    import socket
    import ssl

    import httpx

    here = safe_text(urlsplit(proxy).netloc.rpartition("@")[2], 120)
    if isinstance(error, httpx.ProxyError):
        wants = "407" in str(error)
        reason = "wants a user name and a password" if wants else f"refused: {_words(error)}"
        return WireTrouble("proxy", f"the proxy {here} {reason}; {host} was not reached")
    if isinstance(error, httpx.ConnectTimeout):
        return WireTrouble("proxy", f"no connection to the proxy {here}; {host} was not reached")
    if not isinstance(error, httpx.ConnectError) or any(
        isinstance(cause, ssl.SSLError) for cause in chain
    ):
        return None
    if any(isinstance(cause, socket.gaierror) for cause in chain):
        return WireTrouble("proxy", f"the name of the proxy {here} was not found")
    if any(isinstance(cause, ConnectionRefusedError) for cause in chain):
        return WireTrouble("proxy", f"nothing is listening at the proxy {here}")
    return WireTrouble("proxy", f"the proxy {here} cannot be reached: {_words(chain[-1])}")


def _words(error: BaseException) -> str:
    text = getattr(error, "strerror", None) or str(error) or "no reason was given"
    return safe_text(str(text), 160)


def _causes(error: BaseException, depth: int = 0) -> Iterator[BaseException]:
    yield error
    if depth > 12:
        return
    inner: tuple[object, ...] = getattr(error, "exceptions", ())
    for cause in (*inner, error.__cause__ or error.__context__):
        if isinstance(cause, BaseException):
            yield from _causes(cause, depth + 1)
