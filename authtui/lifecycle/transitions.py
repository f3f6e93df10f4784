"""`Lifecycle`: the transitions of a login, performed by the core and told in events.

Nothing here raises for what it meets: an `Outcome` says what was done, what would be done, or
why not. Without `live` no connection is made and nothing is written.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from authtui.credentials.store_writer import WriteFailure
from authtui.lifecycle import bootstrap, load, logout, plans, restore, unsaved
from authtui.lifecycle import refresh as refreshing
from authtui.lifecycle.context import Context, Trouble, View, environment_of
from authtui.lifecycle.policies import identity_use
from authtui.lifecycle.preview import Outcome, Plan
from authtui.lifecycle.probe import probe

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from authtui.credentials.keyring_store import WritableBackend
    from authtui.exchanges.records import RequestRecord
    from authtui.lifecycle.context import Progress, WireFactory
    from authtui.lifecycle.preview import Action
    from authtui.lifecycle.probe import What
    from authtui.model.session import AuthSession
    from authtui.wire.client import Wire
    from authtui.wire.connection import Detour

BUSY = "Another action is under way; wait for it or cancel it."
NOT_LOADED = "Nothing has been loaded yet; load first."


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
        live: Whether anything is sent or written at all.
        offline: Forbid every connection, even when live.
        base_url: One server for every call, such as the embedded backend.
        looks_up: Whether the workspace is looked up first; not where `base_url` is given.
        progress: Told in a few words what is being done.
        keyring: A keyring to write to; None is the system's.
        program: Whose run this is, as events name it.
        reserves: Whether a refresh first holds ready the file that will keep the tokens. The
            client does not, and so can lose them: for a run that shows what the client does.
        rescue_folder: Where tokens are kept that the home does not take, even as a rescue file.

    The memory of a run (tasks, pauses, remembered failures) lives in this object.
    """

    def __init__(
        self,
        session: AuthSession[Any],
        wires: WireFactory,
        *,
        clock: Callable[[], datetime],
        live: bool = False,
        offline: bool = False,
        base_url: str | None = None,
        looks_up: bool | None = None,
        progress: Progress | None = None,
        keyring: WritableBackend | None = None,
        program: str = "authtui",
        reserves: bool = True,
        rescue_folder: str | None = None,
    ) -> None:
        """Nothing happens until a transition is asked for."""
        self.session = session
        self._busy = False
        self._context = Context(
            session,
            wires,
            clock=clock,
            live=live,
            offline=offline,
            base_url=base_url,
            looks_up=base_url is None if looks_up is None else looks_up,
            progress=progress or (lambda _: None),
            keyring=keyring,
            program=program,
            reserves=reserves,
            rescue_folder=rescue_folder,
        )

    @property
    def live(self) -> bool:
        """Whether transitions are performed; otherwise each is only planned."""
        return self._context.live

    @live.setter
    def live(self, live: bool) -> None:
        self._context.live = live

    async def preview(self, action: Action, **options: object) -> Outcome:
        """What a transition would send and change now, by this run's memory; does nothing."""
        context = self._context
        was, context.live = context.live, False
        try:
            return await self.perform(action, **options)
        finally:
            context.live = was

    async def perform(self, action: Action, **options: object) -> Outcome:
        """The transition of that name."""
        named: dict[Action, Callable[..., Awaitable[Outcome]]] = {
            "load": self.load,
            "register": self.register,
            "assert": self.assert_login,
            "refresh": self.refresh,
            "logout": self.logout,
            "restore": self.restore,
        }
        return await named[action](**options)

    async def load(self) -> Outcome:
        """Read the machine and judge it; live, also do what the client's own loading asks for."""
        return await self._alone("load", self._load)

    async def _load(self) -> Outcome:
        context = self._context
        context.published.clear()
        await context.reload("load")
        view = context.view()
        if view is None or view.credential is None or view.start.violation is not None:
            return self._outcome("load", True, "Loaded.")
        plan = load.plan(view)
        if not context.live or not plan.calls:
            return self._outcome("load", True, "Loaded.", plan)
        return await self._perform("load", _Job(plan, partial(load.perform, context, view)))

    async def register(self) -> Outcome:
        """Get an agent identity and a task ready, as the generation's policy says."""

        def job(view: View) -> _Job | str:
            use = identity_use(view.credential, view.contract, view.policy)  # type: ignore[arg-type] # refused without one
            if use.kind == "none":
                return f"Nothing to register: {use.reason}."
            if use.kind == "identity":
                plan = Plan("register", plans.identity_calls(view))
                return _Job(plan, partial(bootstrap.prepare_identity, self._context, view))
            plan = plans.plan_register(self._context, view)
            return _Job(plan, partial(bootstrap.prepare_managed, self._context, view))

        return await self._run("register", job)

    async def assert_login(self, what: What = "responses", *, recover: bool = False) -> Outcome:
        """Send one small request with the credential; its answer lights the `accepted` lamp.

        `recover`: after a 401 go through the client's recovery, which may use up the
        shared refresh token, and repeat the request after each step that changed something.
        """

        def job(view: View) -> _Job | str:
            work = partial(probe, self._context, view, what=what, recover=recover)
            problem = plans.assert_problem(self._context, view)
            return problem or _Job(
                plans.plan_assert(self._context, view, what, recover=recover), work
            )

        return await self._run("assert", job)

    async def refresh(self) -> Outcome:
        """Refresh the tokens; `refresh.WARNING` says what that does to other copies."""

        def job(view: View) -> _Job | str:
            work = partial(refreshing.refresh, self._context, view)
            return refreshing.refresh_problem(view) or _Job(plans.plan_refresh(view), work)

        return await self._run("refresh", job)

    async def logout(self, *, revoke: bool = True) -> Outcome:
        """Revoke the token, remove what is stored; a backup stays that `restore` puts back."""

        def job(view: View) -> _Job | str:
            removal = logout.removal_of(self._context, view, revoke=revoke)
            work = partial(logout.perform, self._context, view, removal)
            return removal.problem or _Job(logout.plan(view, removal), work)

        return await self._run("logout", job, needs_login=False)

    async def restore(self, backup: str | None = None) -> Outcome:
        """Put a backup back: the newest one, or the one named."""

        def job(view: View) -> _Job | str:
            found = restore.find(self._context, view, backup)
            if isinstance(found, str):
                return found
            return _Job(restore.plan(found), partial(restore.perform, self._context, view, found))

        return await self._run("restore", job, needs_login=False)

    async def _run(
        self, action: Action, job_of: Callable[[View], _Job | str], *, needs_login: bool = True
    ) -> Outcome:
        return await self._alone(action, partial(self._step, action, job_of, needs_login))

    async def _alone(self, action: Action, work: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """One step at a time, from its first look to its end."""
        if self._busy:
            return Outcome(action, done=False, reason=BUSY)
        self._busy = True
        try:
            return await work()
        finally:
            self._busy = False

    async def _step(
        self, action: Action, job_of: Callable[[View], _Job | str], needs_login: bool
    ) -> Outcome:
        context = self._context
        context.published.clear()
        view = context.view()
        if view is None:
            return Outcome(action, done=False, reason=NOT_LOADED)
        refused = plans.refusal(view) if needs_login else None
        if refused is not None:
            reason, text = refused
            return Outcome(action, done=False, reason=reason, client_text=text)
        job = await asyncio.to_thread(job_of, view)  # it may look for backups
        if isinstance(job, str):
            return self._outcome(action, False, job)
        if not context.live:
            reason = "This is what would happen; nothing was sent or changed."
            found = await asyncio.to_thread(plans.as_it_will_be, context, view, job.plan)
            return self._outcome(action, False, reason, found)
        if context.memory.unsaved is not None:
            outcome = await self._save_again(action)
            if outcome is not None:
                return outcome
        return await self._perform(action, job)

    async def _save_again(self, action: Action) -> Outcome | None:
        """What an earlier step could not save comes first; None where the step may go on."""
        context = self._context
        done = await unsaved.save_again(context)
        if isinstance(done, WriteFailure):
            if action in ("assert", "logout", "restore"):
                return None
            text = f"{done.sentence} {unsaved.kept_where(done.rescue)}"
            context.published.append(context.session.fail(action, text))
            return self._outcome(action, False, text)
        await context.reload(action)
        saved = "What could not be saved before is stored now."
        return self._outcome(action, action == "refresh", f"{saved} Nothing else was done.")

    async def _perform(self, action: Action, job: _Job) -> Outcome:
        context = self._context
        async with context.wire([call.url for call in job.plan.calls]) as wire:
            found = await job.work(wire)
        if isinstance(found, Trouble):
            text = found.text if found.known else None
            if context.memory.unsaved is not None:
                await context.reload(action)  # so that the rescue file is seen
            context.published.append(context.session.fail(action, found.text, text))
            return self._outcome(action, False, found.text, job.plan, text)
        return self._outcome(action, True, found or "Done.", job.plan)

    def _outcome(
        self,
        action: Action,
        done: bool,
        reason: str,
        plan: Plan | None = None,
        text: str | None = None,
    ) -> Outcome:
        context = self._context
        return Outcome(action, done, reason, plan, context.live, text, tuple(context.published))


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
        from authtui.request_auth import assertion_facts
        from authtui.wire.client import Wire

        return Wire(
            clock=clock,
            allowed_hosts=allowed,
            offline=offline,
            on_started=started,
            on_finished=finished,
            environment=environment_of(environ, session.state.observation),
            read_assertion=assertion_facts,
            next_number=next_number or session.next_number,
            detour=detour,
        )

    return make
