"""One call under way, and the ways it can be refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from authtui.errors import AuthtuiError
from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from starlette.datastructures import Headers

    from authtui.demo.backend.backend import Backend
    from authtui.demo.backend.faults import Fault


class RefusalError(AuthtuiError):
    """The backend says no. `reason` is a plain sentence for the one who looks at the backend."""

    def __init__(
        self, reason: str, *, status: int = 401, code: str | None = None, said: str | None = None
    ) -> None:
        """`code` is the error code the client reads (`refresh_token_reused` and its kin).

        `said` is the message of the answer, where that is the real service's own text.
        """
        super().__init__(reason)
        self.reason = reason
        self.said = said or reason
        self.status = status
        self.code = code


class Call(NamedTuple):
    """A request with its body read, the named parts of its path, and the faults that strike it."""

    backend: Backend
    method: str
    path: str
    headers: Headers
    body: bytes
    parts: Mapping[str, str]
    faults: tuple[Fault, ...]
    query: str

    @property
    def now(self) -> datetime:
        """What the backend's clock shows."""
        return self.backend.clock()

    def fault(self, kind: str) -> Fault | None:
        """The fault of that kind, if it strikes this call."""
        return next((fault for fault in self.faults if fault.kind == kind), None)

    def json_object(self) -> dict[str, object]:
        """The body as a JSON object; refuses anything else with status 400."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            raise RefusalError("the body is not JSON", status=400) from None
        if not isinstance(value, dict):
            raise RefusalError("the body is JSON, but not an object", status=400)
        return value

    def text(self, body: Mapping[str, object], name: str) -> str:
        """A member of the body that must be a text with something in it."""
        value = body.get(name)
        if not isinstance(value, str) or not value.strip():
            raise RefusalError(f"the body has no `{name}`", status=400)
        return value
