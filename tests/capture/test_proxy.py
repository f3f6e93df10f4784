"""What the client sends arrives, and what the server answers comes back: byte for byte."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui.capture.proxy import incoming, outgoing
from authtui.capture.routes import Route, Routes, upstream_of
from authtui.exchanges.hosts import is_loopback
from authtui.redaction import printable
from tests.capture.servers import SECRET, proxy_for, raw_server, server_of

if TYPE_CHECKING:
    from authtui.capture.recorder import Lines

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
ASK = b"GET {path}/models HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n"


async def test_header_lines_keep_their_order_spelling_and_duplicates() -> None:
    # But for the Host, which names the server now and stands first (RFC 9110, 7.2).
    request = (
        b"POST {path}/responses?a=1&a=%2F&b HTTP/1.1\r\n"
        b"X-Zed: 1\r\nhost: proxy.invalid\r\nAUTHORIZATION: Bearer sk-made-up-1234\r\n"
        b"x-twice: one\r\nX-Twice: two\r\naccept: */*\r\ncontent-length: 5\r\n"
        b"connection: close, X-Private\r\nx-private: for this hop\r\nkeep-alive: 5\r\n"
        b"TE: trailers\r\n\r\nhello"
    )
    async with raw_server(OK) as (base, seen), proxy_for(f"{base}/v1") as proxy:
        await proxy.ask(request)
        host = base.removeprefix("http://").encode()
    assert seen.heads == [
        b"POST /v1/responses?a=1&a=%2F&b HTTP/1.1\r\n"
        b"host: " + host + b"\r\nX-Zed: 1\r\nAUTHORIZATION: Bearer sk-made-up-1234\r\n"
        b"x-twice: one\r\nX-Twice: two\r\naccept: */*\r\ncontent-length: 5\r\n\r\n"
    ]
    assert seen.bodies == [b"hello"]


async def test_nothing_is_added_to_a_bare_request() -> None:
    async with raw_server(OK) as (base, seen), proxy_for(base) as proxy:
        await proxy.ask(b"GET {path}/x HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n")
        host = base.removeprefix("http://").encode()
    assert seen.heads == [b"GET /x HTTP/1.1\r\nhost: " + host + b"\r\n\r\n"]


async def test_the_path_is_passed_on_as_it_was_spelled() -> None:
    odd = b"/a%2fb/../c//d;e=%7e?q=%zz&r=a+b?"
    async with raw_server(OK) as (base, seen), proxy_for(f"{base}/v1") as proxy:
        await proxy.ask(ASK.replace(b"/models", odd))
    assert seen.heads[0].startswith(b"GET /v1" + odd + b" HTTP/1.1\r\n")


async def test_a_body_in_chunks_stays_one() -> None:
    async with raw_server(OK) as (base, seen), proxy_for(base) as proxy:
        await proxy.ask(
            b"POST {path}/x HTTP/1.1\r\nhost: h\r\nTransfer-Encoding: chunked\r\n"
            b"connection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
        )
    assert b"\r\nTransfer-Encoding: chunked\r\n" in seen.heads[0]
    assert b"content-length" not in seen.heads[0].lower()
    assert seen.bodies[0].endswith(b"0\r\n\r\n")
    pieces = seen.bodies[0].split(b"\r\n")
    assert b"".join(pieces[1::2]) == b"abcde"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
async def test_a_compressed_answer_passes_compressed(encoding: str) -> None:
    text = b'{"models": []}' * 50
    packed = {"gzip": gzip.compress(text), "deflate": zlib.compress(text)}.get(encoding, text)
    head = (
        b"HTTP/1.1 200 OK\r\nContent-Encoding: %b\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\n"
        b"Content-Length: %d\r\n\r\n"
    ) % (encoding.encode(), len(packed))
    async with raw_server(head + packed) as (base, _), proxy_for(base) as proxy:
        got = await proxy.ask(ASK)
        record = await proxy.record()
    lines, _, body = got.partition(b"\r\n\r\n")
    assert body == packed
    assert lines.split(b"\r\n")[1:] == [
        b"Content-Encoding: " + encoding.encode(),
        b"Set-Cookie: a=1",
        b"set-cookie: b=2",
        b"Content-Length: %d" % len(packed),
        b"Connection: close",
    ]
    assert record.bytes_received == len(packed)
    assert record.detail is not None
    if encoding in ("gzip", "deflate"):
        assert (record.detail.response_body or "").startswith('{"models": []}')
    else:
        assert record.detail.response_body is None
        assert "compressed" in record.detail.response_note


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 204 No Content\r\nx-a: b\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\netag: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
    ],
)
async def test_an_answer_without_a_body_has_none(answer: bytes) -> None:
    async with raw_server(answer) as (base, _), proxy_for(base) as proxy:
        got = await proxy.ask(ASK)
        record = await proxy.record()
    assert got.startswith(answer.partition(b"\r\n")[0])
    assert got.endswith(b"\r\n\r\n")
    assert b"transfer-encoding" not in got.lower()
    assert record.error is None


async def test_a_head_request_keeps_the_length_it_asked_for() -> None:
    answer = b"HTTP/1.1 200 OK\r\ncontent-length: 1234\r\n\r\n"
    async with raw_server(answer) as (base, _), proxy_for(base) as proxy:
        got = await proxy.ask(ASK.replace(b"GET", b"HEAD"))
    assert b"content-length: 1234" in got
    assert got.endswith(b"\r\n\r\n")


async def test_a_redirect_is_passed_on_and_never_followed() -> None:
    async with raw_server(OK) as (elsewhere, other):
        answer = (
            b"HTTP/1.1 307 Temporary Redirect\r\nlocation: %b/x\r\ncontent-length: 0\r\n\r\n"
            % (elsewhere.encode())
        )
        async with raw_server(answer) as (base, _), proxy_for(base) as proxy:
            got = await proxy.ask(ASK)
            record = await proxy.record()
    assert b"location: " + elsewhere.encode() + b"/x" in got
    assert other.connections == 0
    assert record.status == 307
    assert "another host" in record.meaning


async def test_each_event_of_a_stream_passes_when_it_comes() -> None:
    go_on = asyncio.Event()

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
        del head
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: 1\n\n")
        await writer.drain()
        await go_on.wait()
        writer.write(b"data: 2\n\n")
        await writer.drain()

    async with raw_server(answer) as (base, _), proxy_for(base) as proxy:
        reader, writer = await proxy.open()
        writer.write(ASK.replace(b"{path}", proxy.path.encode()))
        first = await asyncio.wait_for(reader.readuntil(b"data: 1\n\n"), 5)
        assert not go_on.is_set()
        assert b"text/event-stream" in first
        go_on.set()
        assert b"data: 2\n\n" in await asyncio.wait_for(reader.read(), 5)
        record = await proxy.record()
        writer.close()
    assert (record.status, record.bytes_received) == (200, 18)


async def test_an_unknown_path_is_nobody_s_business() -> None:
    async with raw_server(OK) as (base, seen), proxy_for(base) as proxy:
        for path in (b"/", b"/v1/models", b"/the-secre/model/x", b"/the-secret/other/x", b"//"):
            got = await proxy.ask(
                b"GET " + path + b" HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n"
            )
            assert got.startswith(b"HTTP/1.1 404 "), path
        absolute = b"GET " + base.encode() + b"/x HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n"
        assert (await proxy.ask(absolute)).startswith(b"HTTP/1.1 404 ")
        assert proxy.session.events == ()
    assert seen.connections == 0


async def test_a_server_that_is_not_there_cuts_the_connection_and_is_told() -> None:
    async with raw_server(OK) as (base, _):
        pass
    async with proxy_for(base) as proxy:
        assert await proxy.ask(ASK) == b""
        record = await proxy.record()
    assert record.status is None
    assert "nothing is listening" in (record.error or "")


async def test_a_server_that_breaks_off_is_told() -> None:
    answer = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"

    async def half(_: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
        del head
        writer.write(answer)

    async with raw_server(half) as (base, _), proxy_for(base) as proxy:
        got = await proxy.ask(ASK)
        record = await proxy.record()
    assert got.endswith(b"half")
    assert record.status == 200
    assert "in the middle" in (record.error or "")


async def test_a_client_that_leaves_ends_the_request_to_the_server() -> None:
    gone = asyncio.Event()

    async def endless(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes
    ) -> None:
        del head
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: 1\n\n")
        await reader.read()
        gone.set()

    async with raw_server(endless) as (base, _), proxy_for(base) as proxy:
        reader, writer = await proxy.open()
        writer.write(ASK.replace(b"{path}", proxy.path.encode()))
        await asyncio.wait_for(reader.readuntil(b"data: 1\n\n"), 5)
        writer.close()
        await asyncio.wait_for(gone.wait(), 5)
        record = await proxy.record()
    assert (record.status, record.error) == (200, None)
    assert record.detail is not None
    assert "not read to its end" in record.detail.response_note


async def test_a_web_socket_passes_both_ways() -> None:
    async def accept(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes
    ) -> None:
        assert b"Upgrade: websocket" in head
        assert b"Connection: Upgrade" in head
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nConnection: upgrade\r\n"
            b"Sec-WebSocket-Accept: x\r\n\r\nhello"
        )
        while piece := await reader.read(100):
            writer.write(piece.upper())

    async with raw_server(accept) as (base, _), proxy_for(base) as proxy:
        reader, writer = await proxy.open()
        writer.write(
            b"GET %b/responses HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Key: a\r\n\r\n" % proxy.path.encode()
        )
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
        assert head.split(b"\r\n")[:4] == [
            b"HTTP/1.1 101 Switching Protocols",
            b"upgrade: websocket",
            b"Connection: upgrade",
            b"Sec-WebSocket-Accept: x",
        ]
        assert await asyncio.wait_for(reader.readexactly(5), 5) == b"hello"
        for word in (b"one", b"two" * 50_000):
            writer.write(word)
            assert await asyncio.wait_for(reader.readexactly(len(word)), 5) == word.upper()
        record = await proxy.record()
        assert (record.status, record.meaning) == (101, "WebSocket accepted")
        writer.close()


async def test_a_refused_web_socket_is_passed_on_as_refused() -> None:
    answer = b"HTTP/1.1 426 Upgrade Required\r\ncontent-length: 0\r\n\r\n"
    async with raw_server(answer) as (base, _), proxy_for(base) as proxy:
        got = await proxy.ask(
            b"GET {path}/responses HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, close\r\n"
            b"Upgrade: websocket\r\n\r\n"
        )
        record = await proxy.record()
    assert got.startswith(b"HTTP/1.1 426 ")
    assert (record.status, record.colour, record.error) == (426, "noise", None)


@pytest.mark.parametrize(
    ("line", "path"),
    [
        (b"authorization: Bearer sk-made-up", b"/v1/responses"),
        (b"x-none: 1", b"/v1/responses"),
        (b"Authorization: AgentAssertion eyJ", b"/codex/responses"),
        (b"ChatGPT-Account-ID: a\r\nauthorization: Bearer opaque", b"/codex/responses"),
    ],
)
async def test_a_model_call_goes_where_its_own_credential_would(line: bytes, path: bytes) -> None:
    ask = b"GET {path}/responses HTTP/1.1\r\nhost: h\r\nconnection: close\r\n" + line + b"\r\n\r\n"
    async with raw_server(OK) as (base, seen), proxy_for(f"{base}/v1", f"{base}/codex") as proxy:
        await proxy.ask(ask)
    assert seen.heads[0].startswith(b"GET " + path + b" ")


async def test_two_hundred_streams_at_once_come_whole() -> None:
    async def slow(_: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
        del head
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n")
        for number in range(3):
            writer.write(b"data: %d\n\n" % number)
            await asyncio.sleep(0.05)

    async with raw_server(slow) as (base, seen), proxy_for(base) as proxy:
        answers = await asyncio.gather(*(proxy.ask(ASK) for _ in range(200)))
    assert {answer.count(b"data: ") for answer in answers} == {3}
    assert seen.connections == 200


HEADER = st.tuples(
    st.from_regex(rb"[A-Za-z-]{1,12}", fullmatch=True),
    st.from_regex(rb"[!-~]{0,12}", fullmatch=True),
)


@given(st.lists(HEADER, max_size=8))
def test_what_is_no_hop_s_own_business_stays_in_its_order(lines: list[tuple[bytes, bytes]]) -> None:
    own = {b"connection", b"keep-alive", b"te", b"trailer", b"upgrade", b"transfer-encoding"}
    named = {
        v.strip().lower() for n, vs in lines if n.lower() == b"connection" for v in vs.split(b",")
    }
    expected = [
        (name, b"there" if name.lower() == b"host" else value)
        for name, value in lines
        if name.lower() not in own | named or name.lower() == b"host"
    ]
    assert outgoing(lines, b"there") == expected
    back: Lines = [(n, v) for n, v in lines if n.lower() != b"host"]
    assert incoming(back) == [(n, v) for n, v in expected if n.lower() != b"host"]


@given(st.binary(max_size=60))
def test_any_target_finds_a_door_or_none(rest: bytes) -> None:
    routes = Routes([Route("model", server_of("https://api.openai.com/v1"))], SECRET)
    found = routes.find(b"/the-secret/model" + rest)
    inside = not rest or rest[:1] in (b"/", b"?")
    assert (found is not None) == inside
    if found is not None:
        assert found[1] == rest
    assert routes.find(rest) is None or rest.startswith(b"/the-secret/model")


@given(st.text(max_size=60))
def test_any_text_is_a_server_or_a_sentence(text: str) -> None:
    for url in (text, f"http://{text}", f"https://{text}"):
        found = upstream_of(url)
        if isinstance(found, str):
            assert found == printable(found)
        else:
            assert found.scheme == "https" or is_loopback(found.host)
            assert found.host


async def test_a_length_beside_chunks_counts_for_nothing() -> None:
    answer = (
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"6\r\nlonger\r\n0\r\n\r\n"
    )
    async with raw_server(answer) as (base, _), proxy_for(base) as proxy:
        got = await proxy.ask(ASK)
        record = await proxy.record()
    head, _, body = got.partition(b"\r\n\r\n")
    assert b"content-length" not in head.lower()
    assert b"longer" in body
    assert (record.error, record.bytes_received) == (None, 6)
    lines = [(b"Content-Length", b"2"), (b"Transfer-Encoding", b"chunked")]
    assert outgoing(lines, b"h") == lines[1:]


@pytest.mark.parametrize(("method", "repeated"), [("GET", True), ("POST", False)])
async def test_what_has_no_effect_is_asked_again_where_the_server_had_closed(
    method: str, repeated: bool
) -> None:
    async def serve(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _head: bytes
    ) -> None:
        # Keeps the first connection, and closes it when the next request is there.
        if seen.connections == 1:
            writer.write(OK)
            await reader.readuntil(b"\r\n\r\n")
            return
        writer.write(OK)
        await writer.drain()

    async with raw_server(serve) as (base, seen), proxy_for(base) as proxy:
        assert (await proxy.ask(ASK)).startswith(b"HTTP/1.1 200")
        got = await proxy.ask(ASK.replace(b"GET", method.encode()))
    assert got.startswith(b"HTTP/1.1 200") == repeated
    assert seen.connections == (2 if repeated else 1)
