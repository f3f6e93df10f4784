"""`Lifecycle`: the transitions of a login, performed by the core and told in events.

Nothing here raises for what it meets: an `Outcome` says what was done, what would be done, or
why not. Without `live` no connection is made and nothing is written.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from authtui.lifecycle import bootstrap, logout, plans, restore
from authtui.lifecycle import refresh as refreshing
from authtui.lifecycle.context import Context, View, environment_of
from authtui.lifecycle.policies import course_of
from authtui.lifecycle.preview import Outcome, Plan
from authtui.lifecycle.probe import probe
from authtui.lifecycle.registration import Trouble
from authtui.model import events as ev

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from authtui.credentials.keyring_writer import WritableBackend
    from authtui.lifecycle.context import Progress, WireFactory
    from authtui.model.session import AuthSession
    from authtui.wire.client import Wire
    from authtui.wire.connection import Detour
    from authtui.wire.records import RequestRecord

Action = Literal["load", "register", "assert", "refresh", "recover", "logout", "restore"]
ACTIONS: tuple[Action, ...] = (
    "load", "register", "assert", "refresh", "recover", "logout", "restore",
)  # fmt: skip
NOT_LOADED = "Nothing was loaded yet: load first."


class _Job(NamedTuple):
    """A transition that may happen: its plan, and the work itself."""

    plan: Plan
    work: Callable[[Wire], Awaitable[Trouble | str | None]]


class Lifecycle:
    """Performs transitions on a session, one at a time.

    Args:
        session: What is changed and told; its options say which generation is modelled.
        wires: Makes a client for the hosts of one plan; `wire_factory` is the real one.
        clock: The current time, aware UTC.
        random: Random bytes of a given number, for keys and request ids.
        live: Whether anything is sent or written at all.
        offline: Forbid every connection, even when live.
        base_url: One server for every call, such as the embedded backend.
        progress: Told in a few words what is being done.
        keyring: A keyring to write to; None is the system's.
        program: Whose run this is, as events name it.
        rehearses: Whether a refresh first tries to write where the tokens are kept. The client
            does not, and so can lose them: for a run that shows what the client does.

    The memory of a run (tasks, pauses, remembered failures) lives in this object.
    """

    def __init__(
        self,
        session: AuthSession[Any],
        wires: WireFactory,
        *,
        clock: Callable[[], datetime],
        random: Callable[[int], bytes] = os.urandom,
        live: bool = False,
        offline: bool = False,
        base_url: str | None = None,
        progress: Progress | None = None,
        keyring: WritableBackend | None = None,
        program: str = "authtui",
        rehearses: bool = True,
    ) -> None:
        """Nothing happens until a transition is asked for."""
        self.session = session
        self._busy = False
        self._context = Context(
            session,
            wires,
            clock=clock,
            random=random,
            live=live,
            offline=offline,
            base_url=base_url,
            progress=progress or (lambda _: None),
            keyring=keyring,
            program=program,
            rehearses=rehearses,
        )

    @property
    def live(self) -> bool:
        """Whether transitions are performed; otherwise each is only planned."""
        return self._context.live

    @live.setter
    def live(self, live: bool) -> None:
        self._context.live = live

    async def preview(self, action: Action, **options: Any) -> Outcome:  # noqa: ANN401 - as the transition takes them
        """What a transition would send and change now, by this run's memory; does nothing."""
        context = self._context
        was, context.live = context.live, False
        try:
            return await self.perform(action, **options)
        finally:
            context.live = was

    async def perform(self, action: Action, **options: Any) -> Outcome:  # noqa: ANN401 - as the transition takes them
        """The transition of that name."""
        named: dict[Action, Callable[..., Awaitable[Outcome]]] = {
            "load": self.load,
            "register": self.register,
            "assert": self.assert_login,
            "refresh": self.refresh,
            "recover": self.recover,
            "logout": self.logout,
            "restore": self.restore,
        }
        return await named[action](**options)

    async def load(self) -> Outcome:
        """Read the machine and judge it; live, also do what the client's own loading asks for.

        That is the key set and a task for an agent identity JWT, and the look-up of a personal
        access token (spec lifecycle.md 1).
        """

        def job(view: View) -> _Job | str:
            plan = plans.plan_load(view)

            async def work(wire: Wire) -> Trouble | str | None:
                if not plan.calls:
                    return "Loaded."
                trouble = await plans.perform_load(self._context, view, wire)
                return trouble or "Loaded, as a start of the client would."

            return _Job(plan, work)

        if self._busy:
            return Outcome("load", done=False, reason=BUSY)
        self._context.published.clear()
        self._context.reload("load")
        return await self._run("load", job, keep=True)

    async def register(self) -> Outcome:
        """Get an agent identity and a task ready, as the generation's policy says."""

        def job(view: View) -> _Job | str:
            course = course_of(view.credential, view.contract, view.policy)  # type: ignore[arg-type] # refused without one
            if course.use == "none":
                return f"Nothing to register: {course.reason}."
            prepare = (
                bootstrap.prepare_identity
                if course.use == "identity"
                else bootstrap.prepare_managed
            )

            async def work(wire: Wire) -> Trouble | str | None:
                return await prepare(self._context, view, wire)

            return _Job(plans.plan_register(self._context, view, course.use), work)

        return await self._run("register", job)

    async def assert_login(
        self, what: Literal["responses", "models"] = "responses", *, recover: bool = False
    ) -> Outcome:
        """Send one small request with the credential; its answer lights the `accepted` lamp.

        `recover`: after an answer 401 go through the client's recovery, which may use up the
        shared refresh token, and repeat the request after each step that changed something.
        """

        def job(view: View) -> _Job | str:
            problem = plans.assert_problem(self._context, view)
            if problem is not None:
                return problem

            async def work(wire: Wire) -> Trouble | str | None:
                return await probe(self._context, view, wire, what, recover=recover)

            return _Job(plans.plan_assert(view, what, recover=recover), work)

        return await self._run("assert", job)

    async def refresh(self) -> Outcome:
        """Refresh the tokens; `refresh.WARNING` says what that does to other copies."""

        def job(view: View) -> _Job | str:
            problem = refreshing.refreshable(view)
            if problem is not None:
                return problem

            async def work(wire: Wire) -> Trouble | str | None:
                return await refreshing.refresh(self._context, view, wire)

            return _Job(plans.plan_refresh(view), work)

        return await self._run("refresh", job)

    async def recover(self) -> Outcome:
        """Send the request and, where it is answered 401, go through the recovery."""
        return await self.assert_login(recover=True)

    async def logout(self, *, revoke: bool = True) -> Outcome:
        """Revoke the token, remove what is stored; a backup stays that `restore` puts back."""

        def job(view: View) -> _Job | str:
            removal = logout.removal_of(self._context, view, revoke=revoke)
            if removal.problem is not None:
                return removal.problem

            async def work(wire: Wire) -> Trouble | str | None:
                event = await logout.perform_logout(self._context, view, removal, wire)
                if isinstance(event, ev.Failed):
                    return Trouble(event.reason, known=False, published=True)
                return "Logged out."

            return _Job(logout.plan_logout(view, removal), work)

        return await self._run("logout", job, needs_login=False)

    async def restore(self, backup: str | None = None) -> Outcome:
        """Put a backup back: the newest one, or the one named."""

        def job(view: View) -> _Job | str:
            found = restore.find(view, backup)
            if isinstance(found, str):
                return found

            async def work(wire: Wire) -> Trouble | str | None:
                del wire
                return restore.perform(self._context, view, found)

            return _Job(restore.plan(found), work)

        return await self._run("restore", job, needs_login=False)

    async def _run(
        self,
        action: Action,
        job_of: Callable[[View], _Job | str],
        *,
        needs_login: bool = True,
        keep: bool = False,
    ) -> Outcome:
        if self._busy:
            return Outcome(action, done=False, reason=BUSY)
        context = self._context
        if not keep:
            context.published.clear()
        view = context.view()
        if view is None:
            return Outcome(action, done=False, reason=NOT_LOADED)
        if action == "load":
            if view.credential is None or view.course.violation is not None:
                return self._outcome(action, True, "Loaded.", None)
        elif needs_login:
            refused = plans.refusal(view)
            if refused is not None:
                reason, text = refused
                return Outcome(action, done=False, reason=reason, client_text=text)
        job = job_of(view)
        if isinstance(job, str):
            return self._outcome(action, False, job, None)
        if not context.live:
            if action == "load":
                return self._outcome(action, True, "Loaded.", job.plan)
            reason = "This is what would happen; nothing was sent or changed."
            return self._outcome(action, False, reason, job.plan)
        self._busy = True
        try:
            return await self._perform(action, job)
        finally:
            self._busy = False

    async def _perform(self, action: Action, job: _Job) -> Outcome:
        context = self._context
        async with context.wire([call.url for call in job.plan.calls]) as wire:
            found = await job.work(wire)
        if isinstance(found, Trouble):
            text = found.text if found.known else None
            if not found.published:
                reason = found.text
                context.published.append(context.session.fail(action, reason, text))
            return self._outcome(action, False, found.text, job.plan, text)
        return self._outcome(action, True, found or "Done.", job.plan)

    def _outcome(
        self, action: Action, done: bool, reason: str, plan: Plan | None, text: str | None = None
    ) -> Outcome:
        context = self._context
        return Outcome(action, done, reason, plan, context.live, text, tuple(context.published))


BUSY = "Another transition is under way; wait for it, or cancel it."


def wire_factory(
    session: AuthSession[Any],
    environ: Mapping[str, str],
    clock: Callable[[], datetime],
    *,
    offline: bool = False,
    detour: Detour | None = None,
    sender: str = "",
    next_number: Callable[[], int] | None = None,
) -> WireFactory:
    """The real client, whose every request stands in the session's log, under its `sender`.

    `next_number` numbers the requests where another session's log lists them too.
    """

    def started(record: RequestRecord) -> None:
        session.request_started(record._replace(sender=sender))

    def finished(record: RequestRecord) -> None:
        session.request_finished(record._replace(sender=sender))

    def make(allowed: frozenset[str]) -> Wire:
        from authtui.request_auth import assertion_reader
        from authtui.wire.client import Wire

        return Wire(
            clock=clock,
            allowed_hosts=allowed,
            offline=offline,
            on_started=started,
            on_finished=finished,
            environment=environment_of(environ, session.state.observation),
            read_assertion=assertion_reader(),
            next_number=next_number or session.next_number,
            detour=detour,
        )

    return make
