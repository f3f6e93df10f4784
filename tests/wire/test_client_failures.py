from __future__ import annotations

import asyncio
import gc
import gzip
import socket
import ssl
import time
from typing import TYPE_CHECKING

import pytest

from authtui.exchanges.answers import Answer, WireFailure
from authtui.wire.transport import build_ssl_context
from tests.wire.servers import answering, make_certificate, sending, serving, wire

if TYPE_CHECKING:
    from pathlib import Path


def failure(answer: Answer | WireFailure) -> WireFailure:
    assert isinstance(answer, WireFailure), answer
    return answer


async def test_a_host_that_was_not_named_is_not_contacted() -> None:
    async with serving(answering()) as server, wire("auth.openai.com") as (client, book):
        found = failure(await client.request("GET", f"{server.base}/x", timeout=5))
        assert found.kind == "not-named"
        assert server.heads == []
        assert book.last.error == found.statement
        assert book.last.meaning == "not sent"


async def test_a_port_that_was_not_named_is_not_contacted() -> None:
    async with serving(answering()) as server, wire("127.0.0.1:1") as (client, _):
        found = failure(await client.request("GET", f"{server.base}/x", timeout=5))
        assert found.kind == "not-named"
        assert server.heads == []


async def test_plain_http_is_refused_except_to_this_machine() -> None:
    async with wire("auth.openai.com") as (client, _):
        found = failure(await client.request("GET", "http://auth.openai.com/x", timeout=5))
        assert found.kind == "plain-http"


async def test_offline_refuses_everything() -> None:
    async with serving(answering()) as server, wire(offline=True) as (client, book):
        found = failure(await client.request("GET", f"{server.base}/x", timeout=5))
        assert found.kind == "offline"
        assert server.heads == []
        assert len(book.started) == len(book.finished) == 1


async def test_a_closed_client_answers_with_a_value() -> None:
    async with wire() as (client, _):
        await client.aclose()
        assert (
            failure(await client.request("GET", "http://127.0.0.1/", timeout=1)).kind == "offline"
        )


@pytest.mark.parametrize(
    "url",
    [
        "",
        "not a url",
        "ftp://127.0.0.1/x",
        "http://user:secret@127.0.0.1/x",
        "http://127.0.0.1:99999/x",
        "http://[::1/x",
        "http://127.0.0.1/a b",
        "http:///x",
    ],
)
async def test_an_address_that_cannot_be_asked_is_a_value_not_an_exception(url: str) -> None:
    async with wire() as (client, book):
        found = failure(await client.request("GET", url, timeout=1))
        assert found.kind == "bad-url"
        assert "secret" not in repr(book.last)


async def test_silence_ends_with_a_timeout() -> None:
    async def silent(_head: str, _body: bytes, _writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(5)

    begun = time.monotonic()
    async with serving(silent) as server, wire() as (client, book):
        found = failure(await client.request("GET", f"{server.base}/x", timeout=0.2))
        assert found.kind == "timeout"
        assert found.retryable
        assert time.monotonic() - begun < 2
        assert book.last.milliseconds is not None


async def test_a_body_that_drips_is_within_the_same_limit() -> None:
    async def dripping(_head: str, _body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        for _ in range(100):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with serving(dripping) as server, wire() as (client, _):
        found = failure(await client.request("GET", f"{server.base}/x", timeout=0.3))
        assert found.kind == "timeout"


async def test_nothing_listening_is_told_apart_from_a_timeout() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    async with wire() as (client, _):
        found = failure(await client.request("GET", f"http://127.0.0.1:{port}/", timeout=5))
        assert found.kind == "refused"


async def test_an_unknown_name_is_a_matter_of_dns() -> None:
    async with wire("nothing-here.invalid") as (client, _):
        url = "https://nothing-here.invalid/x"
        found = failure(await client.request("GET", url, timeout=10))
        assert found.kind == "dns"
        assert "nothing-here.invalid" in found.statement


async def test_a_certificate_nobody_vouches_for_is_refused_and_said(tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    async with serving(answering(), tls) as server, wire() as (client, _):
        found = failure(await client.request("GET", f"{server.base}/x", timeout=5))
        assert found.kind == "tls"
        assert "certificate" in found.statement
        assert server.heads == []


async def test_the_certificate_file_of_the_environment_is_trusted(tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    environment = {"CODEX_CA_CERTIFICATE": str(certificate), "SSL_CERT_FILE": "/nowhere"}
    async with serving(answering(), tls) as server, wire(environment=environment) as (client, _):
        answer = await client.request("GET", f"{server.base}/x", timeout=5)
        assert isinstance(answer, Answer)
        assert answer.ok


async def test_a_certificate_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    environment = {"SSL_CERT_FILE": str(tmp_path / "absent.pem")}
    async with wire(environment=environment) as (client, _):
        found = failure(await client.request("GET", "https://127.0.0.1:9/", timeout=5))
        assert found.kind == "tls"
        assert "No such file" in found.statement


async def test_plain_text_where_tls_is_expected_is_a_matter_of_tls() -> None:
    async def connected(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    async with server, wire() as (client, _):
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        assert failure(await client.request("GET", url, timeout=5)).kind == "tls"


async def test_a_connection_closed_without_an_answer_is_dropped() -> None:
    async with serving(sending(b"")) as server, wire() as (client, _):
        found = failure(await client.request("POST", f"{server.base}/x", json={}, timeout=5))
        assert found.kind == "dropped"


async def test_half_a_body_is_truncated_and_keeps_its_status() -> None:
    raw = b'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"a":'
    async with serving(sending(raw)) as server, wire() as (client, book):
        found = failure(await client.request("GET", f"{server.base}/x", timeout=5))
        assert found.kind == "truncated"
        assert found.status == book.last.status == 200
        assert book.last.error is not None


async def test_something_that_is_not_http_is_called_that() -> None:
    async with serving(sending(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")) as server, wire() as (client, _):
        assert failure(await client.request("GET", server.base, timeout=5)).kind == "protocol"


async def test_a_body_beyond_the_limit_is_refused() -> None:
    big = b"x" * 5000
    async with serving(answering(big)) as server, wire(largest_body=1000) as (client, _):
        found = failure(await client.request("GET", f"{server.base}/x", timeout=5))
        assert found.kind == "too-large"
        assert found.status == 200
        assert not found.retryable


async def test_a_compressed_bomb_is_not_inflated() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    handler = answering(bomb, headers="content-encoding: gzip\r\n")
    async with serving(handler) as server, wire(largest_body=100_000) as (client, _):
        found = failure(await client.request("GET", f"{server.base}/x", timeout=5))
        assert found.kind == "too-large"
        assert "accept-encoding: identity" in server.heads[0].lower()


async def test_broken_compression_is_a_value() -> None:
    handler = answering(b"no gzip at all", headers="content-encoding: gzip\r\n")
    async with serving(handler) as server, wire() as (client, _):
        assert failure(await client.request("GET", server.base, timeout=5)).kind == "protocol"


async def test_a_header_that_is_not_legal_is_a_value() -> None:
    async with serving(answering()) as server, wire() as (client, _):
        lines = [("x-bad", "a\r\nInjected: yes")]
        found = failure(await client.request("GET", server.base, headers=lines, timeout=5))
        assert found.kind == "protocol"
        assert server.heads == []


async def test_giving_up_leaves_a_finished_record() -> None:
    async def silent(_head: str, _body: bytes, _writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(5)

    async with serving(silent) as server, wire() as (client, book):
        task = asyncio.create_task(client.request("GET", server.base, timeout=10))
        while not server.heads:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert book.last.error == "given up on request"
        assert not book.last.under_way


async def test_a_proxy_of_the_environment_never_sees_requests_to_this_machine() -> None:
    proxy = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    async with serving(answering()) as server, wire(environment=proxy) as (client, _):
        answer = await client.request("GET", server.base, timeout=5)
        assert isinstance(answer, Answer)


async def test_a_dead_proxy_is_told_as_a_refused_connection() -> None:
    environment = {"HTTPS_PROXY": "http://127.0.0.1:9"}
    async with wire("auth.openai.com", environment=environment) as (client, _):
        found = failure(await client.request("GET", "https://auth.openai.com/", timeout=5))
        assert found.kind in ("refused", "proxy")


async def test_a_proxy_address_that_is_none_is_a_value() -> None:
    environment = {"HTTPS_PROXY": "gopher://nowhere"}
    async with wire("auth.openai.com", environment=environment) as (client, _):
        found = failure(await client.request("GET", "https://auth.openai.com/", timeout=5))
        assert found.kind == "proxy"


def dead_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("scheme", ["http", "socks5", "socks5h"])
async def test_a_dead_proxy_is_named_and_not_the_server(scheme: str) -> None:
    port = dead_port()
    environment = {"HTTPS_PROXY": f"{scheme}://user:made-up@127.0.0.1:{port}"}
    async with wire("made-up.example", environment=environment) as (client, _):
        found = failure(await client.request("GET", "https://made-up.example/", timeout=5))
    assert (found.kind, found.statement) == (
        "proxy",
        f"nothing is listening at the proxy 127.0.0.1:{port}",
    )


@pytest.mark.parametrize("address", ["http://127.0.0.1:99999", "http://:1", "gopher://127.0.0.1:1"])
async def test_an_impossible_proxy_is_a_plain_sentence(address: str) -> None:
    async with wire("made-up.example", environment={"ALL_PROXY": address}) as (
        client,
        _,
    ):
        found = failure(await client.request("GET", "https://made-up.example/", timeout=5))
    assert found.kind == "proxy"
    assert found.statement == "the proxy of the environment is not a usable address"


# The library leaves the connection to a proxy that refuses to the collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
async def test_a_socks_proxy_is_asked_with_user_and_password(scheme: str) -> None:
    seen = bytearray()

    async def socks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(64)
        writer.write(b"\x05\x02")  # a user and a password are wanted
        seen.extend(await reader.read(64))
        writer.write(b"\x01\x00")
        seen.extend(await reader.read(64))
        writer.write(b"\x05\x05\x00\x01\x00\x00\x00\x00\x00\x00")  # refused by the server
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(socks, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    environment = {"ALL_PROXY": f"{scheme}://user:made-up@127.0.0.1:{port}"}
    async with server, wire("made-up.example", environment=environment) as (client, _):
        found = failure(await client.request("GET", "https://made-up.example/", timeout=5))
    gc.collect()
    assert b"\x01\x04user\x07made-up" in seen
    assert b"made-up.example" in seen
    assert (found.kind, "made-up@" in found.statement) == ("proxy", False)


def test_what_is_trusted_is_checked_as_the_client_checks_it() -> None:
    context = build_ssl_context({"SSLKEYLOGFILE": "/nowhere/keys"})
    assert isinstance(context, ssl.SSLContext)
    assert not context.verify_flags & ssl.VERIFY_X509_STRICT
    assert context.keylog_filename is None
    assert (context.check_hostname, context.verify_mode) == (True, ssl.CERT_REQUIRED)
