"""How one request connects: whether the name was found, a connection made, and TLS agreed on.

Where that fails, no server has judged the login. The steps are learned from the HTTP library's own
trace; only the signer of a refused certificate takes a second handshake, without a credential.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from authtui.exchanges.records import STAGES, ConnectionStep, Stage
from authtui.redaction import printable

if TYPE_CHECKING:
    import httpx

SIGNER_SECONDS: Final = 3.0
"""The time limit of the handshake that asks who signed a certificate."""


class Detour(NamedTuple):
    """Leads `hosts` to one address, such as a server on this machine, where `roots` are trusted.

    As with `--connect-to` of curl, the request, its headers and the name in TLS stay as they are.
    `roots` is PEM text and takes the place of the system's certificates.
    """

    address: str
    port: int
    hosts: frozenset[str]
    roots: str


class ConnectionWatch:
    """Learns from the HTTP library how one request connects."""

    def __init__(self, host: str, detour: Detour | None) -> None:
        """`host` is that of the request, without a port."""
        self._host = host
        self._detour = detour if detour is not None and host in detour.hosts else None
        self._address: tuple[str, int] | None = None
        self._found: dict[Stage, ConnectionStep] = {}

    def attach(self, request: httpx.Request) -> None:
        """Listen to this request, and lead it to another address where there is a detour."""
        request.extensions = {**request.extensions, "trace": self._heard}
        if self._detour is not None:
            request.extensions["sni_hostname"] = self._host
            request.url = request.url.copy_with(host=self._detour.address, port=self._detour.port)

    @property
    def steps(self) -> tuple[ConnectionStep, ...]:
        """What is known, in order; empty for a connection that was open already."""
        if not self._found:
            return ()
        return tuple(self._found.get(stage, ConnectionStep(stage, None)) for stage in STAGES)

    async def _heard(self, name: str, info: dict[str, Any]) -> None:
        if name == "connection.connect_tcp.complete":
            address = info["return_value"].get_extra_info("server_addr")
            self._address = address[:2] if address else None
            shown = printable(str(address[0]), 60) if address else "found"
            port = f"port {address[1]}" if address else "made"
            self._found["name"] = ConnectionStep("name", True, shown)
            self._found["connection"] = ConnectionStep("connection", True, port)
        elif name == "connection.connect_tcp.failed":
            self._not_connected(info["exception"])
        elif name == "connection.start_tls.complete":
            tls = info["return_value"].get_extra_info("ssl_object")
            seen = tls.getpeercert() or {} if tls else {}
            version = tls.version() if tls else ""
            issuer = _common_name(seen.get("issuer", ()))
            self._found["tls"] = ConnectionStep("tls", True, version or "agreed on", issuer)
        elif name == "connection.start_tls.failed":
            self._found["tls"] = ConnectionStep("tls", False, _reason(info["exception"]))

    def _not_connected(self, error: BaseException) -> None:
        import socket

        causes: list[BaseException] = [error]
        while (inner := causes[-1].__cause__ or causes[-1].__context__) and len(causes) < 8:
            causes.append(inner)
        if any(isinstance(cause, socket.gaierror) for cause in causes):
            self._found["name"] = ConnectionStep("name", False, "not found")
            return
        self._found["name"] = ConnectionStep("name", True, "found")
        self._found["connection"] = ConnectionStep("connection", False, _reason(causes[-1]))

    async def find_signer(self) -> None:
        """Ask who signed the certificate that was refused; nothing but a handshake is sent."""
        refused = self._found.get("tls")
        if refused is None or refused.ok is not False or self._address is None:
            return
        try:
            async with asyncio.timeout(SIGNER_SECONDS):
                issuer = await asyncio.to_thread(signer_of, *self._address, self._host)
        except TimeoutError:
            return
        self._found["tls"] = refused._replace(issuer=issuer)


def signer_of(address: str, port: int, name: str) -> str:
    """The common name of whoever signed a server's certificate; empty where it cannot be told."""
    import socket
    import ssl

    from cryptography import x509
    from cryptography.x509.oid import NameOID

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # nothing is trusted by it and nothing is sent
    try:
        with (
            socket.create_connection((address, port), timeout=SIGNER_SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=name) as secure,
        ):
            data = secure.getpeercert(binary_form=True)
        if data is None:
            return ""
        issuer = x509.load_der_x509_certificate(data).issuer
    except (OSError, ValueError):
        return ""
    names = issuer.get_attributes_for_oid(NameOID.COMMON_NAME)
    return printable(str(names[0].value), 120) if names else printable(issuer.rfc4514_string(), 120)


def _common_name(parts: Any) -> str:  # noqa: ANN401 - nested tuples of the ssl module
    for part in parts:
        for key, value in part:
            if key == "commonName":
                return printable(str(value), 120)
    return ""


def _reason(error: BaseException) -> str:
    seen: BaseException | None = error
    while seen is not None:
        message = getattr(seen, "verify_message", None) or getattr(seen, "strerror", None)
        if message:
            return printable(str(message), 160)
        seen = seen.__cause__ or seen.__context__
    return printable(str(error) or "it failed", 160)
