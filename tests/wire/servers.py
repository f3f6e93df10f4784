"""Small servers on loopback that answer, or fail to, in exactly the way a test needs."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from authtui.wire.client import LARGEST_BODY, Wire

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
    from pathlib import Path

    from authtui.exchanges.records import AssertionFacts, RequestRecord

    Handler = Callable[[str, bytes, asyncio.StreamWriter], Awaitable[None]]

NOW = datetime(2026, 4, 21, tzinfo=UTC)


class Served:
    """A running server: where it is, and the heads of the requests it saw."""

    def __init__(self, port: int, scheme: str) -> None:
        self.port = port
        self.base = f"{scheme}://127.0.0.1:{port}"
        self.heads: list[str] = []
        self.bodies: list[bytes] = []


@asynccontextmanager
async def serving(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[Served]:
    """Serve while the block runs; every connection takes one request."""
    served = Served(0, "https" if tls else "http")
    working: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        working.add(task)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            length = 0
            for line in head.lower().split("\r\n"):
                if line.startswith("content-length:"):
                    length = int(line.partition(":")[2])
            body = await reader.readexactly(length)
            served.heads.append(head)
            served.bodies.append(body)
            await handler(head, body, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            working.discard(task)
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    served.port = server.sockets[0].getsockname()[1]
    served.base = f"{'https' if tls else 'http'}://127.0.0.1:{served.port}"
    try:
        yield served
    finally:
        # A connection that is taken while its server closes is closed by nobody (Python 3.11:
        # `Server._attach` asserts that the server is open), so those on their way come first.
        while arriving := [task for task in asyncio.all_tasks() if _is_arriving(task)]:
            await asyncio.wait(arriving, timeout=5)
        server.close()
        for task in tuple(working):
            task.cancel()
        await server.wait_closed()
        # Before Python 3.12 nothing waits for connections whose handshake has just failed.
        async with asyncio.timeout(5):
            while getattr(server, "_active_count", 0):
                await asyncio.sleep(0.001)


def _is_arriving(task: asyncio.Task[object]) -> bool:
    return getattr(task.get_coro(), "__name__", "") == "_accept_connection2"


def answering(
    body: bytes = b"{}", status: str = "200 OK", headers: str = "content-type: application/json\r\n"
) -> Handler:
    """A handler that answers the same each time and closes."""

    async def handler(_head: str, _body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(
            f"HTTP/1.1 {status}\r\n{headers}content-length: {len(body)}\r\n"
            "connection: close\r\n\r\n".encode()
            + body
        )

    return handler


def sending(raw: bytes) -> Handler:
    """A handler that writes bytes as they are and closes."""

    async def handler(_head: str, _body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)

    return handler


class Book:
    """What a `Wire` told: started and finished records in order."""

    def __init__(self) -> None:
        self.started: list[RequestRecord] = []
        self.finished: list[RequestRecord] = []

    @property
    def last(self) -> RequestRecord:
        return self.finished[-1]


@asynccontextmanager
async def wire(
    *hosts: str,
    offline: bool = False,
    environment: Mapping[str, str] | None = None,
    largest_body: int = LARGEST_BODY,
    read_assertion: Callable[[str, datetime], AssertionFacts] | None = None,
) -> AsyncIterator[tuple[Wire, Book]]:
    """A client whose clock stands at `NOW`, and its book."""
    book = Book()
    client = Wire(
        clock=lambda: NOW,
        allowed_hosts=frozenset(hosts or ("127.0.0.1",)),
        on_started=book.started.append,
        on_finished=book.finished.append,
        offline=offline,
        environment=environment or {},
        largest_body=largest_body,
        read_assertion=read_assertion,
    )
    try:
        yield client, book
    finally:
        await client.aclose()


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1 and its key, as files."""
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback of a test")])
    begin = datetime.now(UTC) - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=30))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, key_file = folder / "certificate.pem", folder / "key.pem"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return pem, key_file
