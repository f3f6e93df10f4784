"""What passes the proxy, as records of the session: names, classes and redacted text."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

from authtui.exchanges import record_builder
from authtui.exchanges.answers import Answer, error_of
from authtui.exchanges.hosts import Origin, redirect_host
from authtui.exchanges.meaning import REFRESH, judges_token, purpose_of
from authtui.model import events as ev
from authtui.redaction import Secret
from authtui.request_auth import bearer_facts
from authtui.wire.body import decoded_start
from authtui.wire.transport import WireTrouble

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from authtui.capture.routes import Upstream
    from authtui.exchanges.records import AssertionFacts, RequestRecord
    from authtui.model.session import AuthSession

    Lines = Sequence[tuple[bytes, bytes]]
    ReadAssertion = Callable[[str, datetime], AssertionFacts]

BODY_KEPT: Final = 262_144
"""How many bytes of a body are held for its record; all of them pass."""


class Recorder:
    """Publishes the requests of one captured program into a session.

    `cause` is that of the events; `by` names the program in `RotationSeen`.
    """

    def __init__(
        self,
        session: AuthSession[Any],
        clock: Callable[[], datetime],
        read_assertion: ReadAssertion | None = None,
        cause: str = "capture",
        by: str = "the program",
    ) -> None:
        """Nothing is published yet."""
        self.session = session
        self.clock = clock
        self.read_assertion = read_assertion
        self.cause = cause
        self.by = by

    def begin(self, method: str, server: Upstream, target: bytes, lines: Lines) -> Exchange:
        """A request came; its body is still to come."""
        return Exchange(self, method, server, target, lines)


class Exchange:
    """One request and its answer on their way through the proxy."""

    def __init__(
        self, recorder: Recorder, method: str, server: Upstream, target: bytes, lines: Lines
    ) -> None:
        """Publish that it started."""
        self._recorder = recorder
        self._begun = time.monotonic()
        path = target.decode("latin-1")
        self._server = server
        self._url = f"{server.scheme}://{server.netloc}{path}"
        self._lines = _text(lines)
        self._headers = {name.lower(): value for name, value in self._lines}
        content_type = self._headers.get("content-type", "")
        self._purpose = purpose_of(method, server.netloc, path, content_type)
        self._request, self._request_size = bytearray(), 0
        self._answer, self._answer_size = bytearray(), 0
        self._status = 0
        self._answer_lines: tuple[tuple[str, str], ...] = ()
        self._over = False
        number, at = recorder.session.next_number(), recorder.clock()
        record = record_builder.started(number, at, method, self._url, self._purpose)
        self._record = record_builder.with_request(
            record, self._lines, b"", self._purpose, at, recorder.read_assertion, bearer_facts
        )
        recorder.session.request_started(self._record, recorder.cause)

    def sent(self, piece: bytes) -> None:
        """Part of the request's body left."""
        self._request_size += len(piece)
        self._request += piece[: BODY_KEPT - len(self._request)]

    def answered(self, status: int, lines: Lines) -> None:
        """The head of the answer came."""
        self._status = status
        self._answer_lines = tuple((name.lower(), value) for name, value in _text(lines))

    def received(self, piece: bytes) -> None:
        """Part of the answer's body came."""
        self._answer_size += len(piece)
        self._answer += piece[: BODY_KEPT - len(self._answer)]

    def left(self) -> None:
        """The client closed its connection: after the head of an answer it knows enough."""
        if self._status:
            self.finished(cut=True)
        else:
            self.failed(
                WireTrouble("dropped", "the client closed the connection before the answer")
            )

    def finished(self, *, cut: bool = False) -> None:
        """The answer is whole, or was not read to its end."""
        if self._over:
            return
        self._over = True
        headers = dict(reversed(self._answer_lines))
        body, problem = decoded_start(
            bytes(self._answer), headers.get("content-encoding", ""), BODY_KEPT
        )
        answer = Answer(
            self._record.number,
            self._status,
            self._answer_lines,
            body,
            self._milliseconds(),
            cut,
            redirect_host=redirect_host(
                self._status,
                headers.get("location"),
                self._url,
                Origin(self._server.scheme, self._server.host, self._server.port),
            ),
        )
        record = record_builder.finished(
            self._whole(), answer, self._purpose, bytes(self._request), self._answer_size
        )
        if problem and record.detail is not None:
            record = record._replace(
                detail=record.detail._replace(response_body=None, response_note=problem)
            )
        self._publish(record)
        if self._purpose == REFRESH:
            self._rotation(body, record.meaning)

    def failed(self, trouble: WireTrouble) -> None:
        """No whole answer: the sentence says why."""
        if self._over:
            return
        self._over = True
        record = self._whole()._replace(
            status=self._status or None,
            error=trouble.statement,
            milliseconds=self._milliseconds(),
            bytes_received=self._answer_size or None,
            colour="fail",
        )
        self._publish(record)

    def _whole(self) -> RequestRecord:
        """The record with the request's body, which has been sent by now."""
        record = self._record
        if record.detail is None or not self._request:
            return record
        body, problem = decoded_start(
            bytes(self._request), self._headers.get("content-encoding", ""), BODY_KEPT
        )
        detail = record_builder.with_body(
            record.detail, self._headers, body, self._purpose, self._request_size
        )
        if problem:
            detail = detail._replace(request_body=None, request_note=problem)
        return record._replace(detail=detail)

    def _publish(self, record: RequestRecord) -> None:
        self._recorder.session.request_finished(record, self._recorder.cause)

    def _milliseconds(self) -> float:
        return (time.monotonic() - self._begun) * 1000

    def _rotation(self, answer: bytes, meaning: str) -> None:
        # A code that is exchanged rotates no token, and not every refusal judges one.
        asked = _fields(bytes(self._request), self._headers.get("content-type", ""))
        accepted = 200 <= self._status < 300
        judged = accepted or judges_token(self._status, meaning)
        if asked.get("grant_type") != "refresh_token" or not judged:
            return
        given = _fields(answer, "application/json") if accepted else {}
        old, new = _mark(asked.get("refresh_token")), _mark(given.get("refresh_token"))
        by, cause = self._recorder.by, self._recorder.cause
        code = None if accepted else error_of(answer)[0]
        self._recorder.session.publish(
            lambda n, at: ev.RotationSeen(n, at, cause, by, old, new, accepted, code)
        )


def _text(lines: Lines) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in lines)


def _fields(body: bytes, content_type: str) -> dict[str, object]:
    if content_type.startswith("application/x-www-form-urlencoded"):
        found = parse_qs(body.decode("utf-8", "replace"), max_num_fields=50)
        return {name: values[0] for name, values in found.items()}
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _mark(value: object) -> str | None:
    return Secret(value).mark if isinstance(value, str) and value else None
