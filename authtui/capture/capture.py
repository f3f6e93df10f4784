"""One captured program: the proxy and the child, in a thread of their own.

Its requests, output and end are published as events of the session.
"""

from __future__ import annotations

import asyncio
import os
import threading
from typing import TYPE_CHECKING, Any, Final

from authtui.capture.child import Child, Ending
from authtui.model import events as ev
from authtui.model.programs import cause_of
from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from authtui.capture.child import Stream
    from authtui.capture.overrides import OverridePlan
    from authtui.exchanges.records import AssertionFacts
    from authtui.model.session import AuthSession

STARTS_WITHIN: Final = 20.0
SEEN_BY_ALL: Final = (
    "the proxy serves whoever knows its address, which other users of this machine can read in "
    "the list of processes"
)
"""What is told where the system does not say whose a connection is."""


class CaptureProblem(NamedTuple):
    """Why nothing was captured, in a sentence. `usage`: what was asked for cannot be done."""

    statement: str
    usage: bool = True


class Capture:
    """Runs one program behind a recording proxy.

    Args:
        session: Gets the events; load it first, so that there is a prediction.
        plan: The command, and the addresses that are overridden in it.
        environment: The user's variables: they name the proxy and the certificates to use.
        number: Tells several captures of one session apart, from 1.
        port: That of the proxy, 0 for a free one.
        terminal: The program uses the terminal, and its output is not read.
        keep_stdin: The program reads the standard input of authtui.
        ended: Called on the capture's thread when the program has ended.
    """

    def __init__(
        self,
        session: AuthSession[Any],
        plan: OverridePlan,
        environment: Mapping[str, str],
        clock: Callable[[], datetime],
        *,
        number: int = 1,
        port: int = 0,
        terminal: bool = False,
        keep_stdin: bool = False,
        read_assertion: Callable[[str, datetime], AssertionFacts] | None = None,
        ended: Callable[[Ending], None] | None = None,
    ) -> None:
        """Nothing is opened or started yet."""
        self._session = session
        self._plan = plan
        self._environment = dict(environment)
        self._clock = clock
        self._port = port
        self._terminal = terminal
        self._keep_stdin = keep_stdin
        self._read_assertion = read_assertion
        self._ended = ended
        self.number = number
        self.base_url = ""
        self.ending: Ending | None = None
        self.problem: CaptureProblem | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._child: Child | None = None
        self._begun = threading.Event()
        self._program_over = threading.Event()
        self._over = threading.Event()
        self._stop: asyncio.Event | None = None
        self._stopped = False
        self._thread = threading.Thread(
            target=self._run, name=f"authtui-capture-{number}", daemon=True
        )

    @property
    def running(self) -> bool:
        """Whether the program was started and has not ended."""
        over = self._program_over.is_set() or self._over.is_set()
        return self._begun.is_set() and not over and self.problem is None

    def start(self) -> CaptureProblem | None:
        """Open the proxy and start the program; the problem if either fails."""
        self._thread.start()
        if not self._begun.wait(STARTS_WITHIN):
            return CaptureProblem("the proxy did not start in time", usage=False)
        return self.problem

    def wait(self, seconds: float | None = None) -> Ending | None:
        """Wait for the program's end, `seconds` at most; None while it runs."""
        self._over.wait(seconds)
        return self.ending

    def finish(self, seconds: float = 10.0) -> None:
        """Wait until the proxy is closed too, and every event was published."""
        if self._thread.ident is not None:
            self._thread.join(seconds)

    def stop(self) -> None:
        """Ask the program to end, gently at first; returns at once, before it has ended."""
        self._stopped = True  # Before it is looked for: it may be in the making.
        self._later(self._stop.set if self._stop else None)

    def send(self, name: str) -> None:
        """Send the program a signal by its name."""
        child = self._child
        self._later(None if child is None else lambda: child.send(name))

    def _later(self, act: Callable[[], object] | None) -> None:
        if act is not None and self._loop is not None and not self._loop.is_closed():
            try:
                self._loop.call_soon_threadsafe(act)
            except RuntimeError:
                return  # It closed in this moment: the program has ended.

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except BaseException as error:  # noqa: BLE001 - the border of a thread: it becomes a value
            from authtui.redaction import safe_text

            text = safe_text(str(error) or type(error).__name__, 300)
            self.problem = self.problem or CaptureProblem(
                f"the capture failed: {text}", usage=False
            )
        finally:
            self._begun.set()
            self._over.set()

    async def _main(self) -> None:
        from authtui.capture import peers
        from authtui.capture.proxy import Proxy, RawHeadConnection
        from authtui.capture.recorder import Recorder
        from authtui.capture.upstream_pool import UpstreamPool
        from authtui.wire.serving import LOOPBACK, Server, bind, config_for

        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        if self._stopped:
            self._stop.set()
        try:
            listener = bind(LOOPBACK, self._port)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or "no such port"
            self.problem = CaptureProblem(f"the proxy cannot have port {self._port}: {reason}")
            return
        self.base_url = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        plan = self._plan
        cause = cause_of(self.number)
        pool = UpstreamPool(self._environment)
        recorder = Recorder(
            self._session, self._clock, self._read_assertion, cause, plan.name_of(self.number)
        )
        told_apart = await asyncio.to_thread(peers.can_tell)
        admits = self._admits if told_apart else None
        proxy = Proxy(plan.routes, pool, recorder, admits)
        server = Server(config_for(proxy, RawHeadConnection, keep_alive=120))
        with listener:
            serving = asyncio.ensure_future(server.serve(sockets=[listener]))
            try:
                warm = asyncio.ensure_future(pool.warm(plan.routes.servers))
                await self._watch(cause, listener.fileno(), () if told_apart else (SEEN_BY_ALL,))
                await warm
            finally:
                server.should_exit = True
                server.wake()
                await asyncio.wait((serving,), timeout=5.0)
                await pool.aclose()

    async def _watch(self, cause: str, held: int, more: tuple[str, ...]) -> None:
        number, launch = self.number, self._plan.launch_at(self.base_url)
        routes, here = self._plan.routes, self.base_url

        def said(stream: Stream, lines: tuple[str, ...]) -> None:
            lines = tuple(routes.with_real_addresses(line, here) for line in lines)
            self._session.publish(lambda n, at: ev.ChildSaid(n, at, cause, number, stream, lines))

        child = Child(
            launch.command,
            launch.environment,
            said,
            terminal=self._terminal,
            keep_stdin=self._keep_stdin,
            held=held,
        )
        problem = await child.start()
        if problem is not None:
            self.problem = CaptureProblem(problem)
            return
        self._child = child
        self._session.publish(
            lambda n, at: ev.ChildStarted(
                n, at, cause, number, launch.shown, (*launch.overrides, *more)
            )
        )
        self._begun.set()
        ending = await self._until_over(child)
        # Before it is told: whoever reads that it ended must not be asked whether it may.
        self._program_over.set()
        self._session.publish(
            lambda n, at: ev.ChildEnded(
                n, at, cause, number, ending.exit_status, ending.signal, ending.reason
            )
        )
        self.ending = ending
        if self._ended is not None:
            self._ended(ending)

    async def _admits(self, user: int | None) -> bool:
        """The user of the capture, or whoever its program runs something as."""
        if user is None or user == os.geteuid():
            return user is not None
        child = self._child
        return child is not None and user in await asyncio.to_thread(child.users)

    async def _until_over(self, child: Child) -> Ending:
        if self._stop is None:
            raise RuntimeError("the capture was not started")
        waiting = asyncio.ensure_future(child.wait())
        stopping = asyncio.ensure_future(self._stop.wait())
        await asyncio.wait((waiting, stopping), return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            await child.end()
        stopping.cancel()
        return await waiting
