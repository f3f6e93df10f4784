"""The way to a server is the client's own: its certificates, its proxy, and nobody else's."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from tests.capture.servers import proxy_for, raw_server
from tests.wire.servers import answering, make_certificate, serving

if TYPE_CHECKING:
    import asyncio
    from pathlib import Path

    import pytest

ASK = b"GET {path}/models HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n"


def tls_of(folder: Path) -> tuple[ssl.SSLContext, Path]:
    certificate, key = make_certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate


async def test_the_client_s_own_certificates_are_trusted(tmp_path: Path) -> None:
    context, certificate = tls_of(tmp_path)
    trusted = {"CODEX_CA_CERTIFICATE": str(certificate)}
    async with (
        serving(answering(), context) as server,
        proxy_for(f"{server.base}/v1", environment=trusted) as proxy,
    ):
        assert (await proxy.ask(ASK)).startswith(b"HTTP/1.1 200 ")
        record = await proxy.record()
    assert (record.scheme, record.status) == ("https", 200)
    assert server.heads[0].startswith("GET /v1/models HTTP/1.1\r\nhost: 127.0.0.1:")


async def test_a_certificate_nobody_trusts_is_a_statement_and_no_answer(tmp_path: Path) -> None:
    context, _ = tls_of(tmp_path)
    async with serving(answering(), context) as server, proxy_for(server.base) as proxy:
        assert await proxy.ask(ASK) == b""
        record = await proxy.record()
    assert record.status is None
    assert "certificate of 127.0.0.1" in (record.error or "")
    assert server.heads == []


async def test_certificates_that_cannot_be_read_are_a_statement(tmp_path: Path) -> None:
    missing = {"SSL_CERT_FILE": str(tmp_path / "none.pem")}
    async with proxy_for("https://127.0.0.1:9", environment=missing) as proxy:
        assert await proxy.ask(ASK) == b""
        assert "certificates cannot be read" in ((await proxy.record()).error or "")


async def test_the_client_s_proxy_is_asked_for_the_server_and_nobody_else() -> None:
    async def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
        del head
        writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")

    async with raw_server(refuse) as (base, seen):
        environment = {"HTTPS_PROXY": base}
        async with proxy_for("https://made-up.example/v1", environment=environment) as proxy:
            assert await proxy.ask(ASK) == b""
            record = await proxy.record()
    assert seen.heads[0].startswith(b"CONNECT made-up.example:443 HTTP/1.1\r\n")
    assert "wants a user name and a password" in (record.error or "")


async def test_a_proxy_of_another_process_s_environment_is_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
    async with raw_server(answer) as (base, seen), proxy_for(base) as proxy:
        assert (await proxy.ask(ASK)).startswith(b"HTTP/1.1 200 ")
    assert seen.connections == 1


async def test_a_server_that_does_not_speak_http_is_a_statement() -> None:
    async with raw_server(b"SSH-2.0-OpenSSH_9.2\r\n\r\n") as (base, _), proxy_for(base) as proxy:
        assert await proxy.ask(ASK) == b""
        assert "did not answer in HTTP" in ((await proxy.record()).error or "")
