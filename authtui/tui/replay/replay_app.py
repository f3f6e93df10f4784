"""The app on a trace: the same panes at any moment of it, stepped, jumped to or played."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any, Final, cast

from authtui.tui.app import AuthtuiApp
from authtui.tui.lines import Doc, Item, Line, Span, safe
from authtui.tui.replay.replay_desk import ReplayDesk
from authtui.tui.views.events import EVENT_NAMES, name_of, words_of
from authtui.tui.views.timeline import TimelinePosition, speed_words

if TYPE_CHECKING:
    from textual.screen import Screen

    from authtui.model.events import Event
    from authtui.model.session import AuthSession
    from authtui.settings import Settings
    from authtui.trace.replay import Replay
    from authtui.tui.replay.replay_owner import ReplayOwner
    from authtui.tui.views.context import ViewContext

TICKS_PER_SECOND: Final = 15
LONGEST_WAIT: Final = 2.0
SLOWEST, FASTEST = 0.25, 1024.0
_LINES_AT_ONCE: Final = 40
_BREATH_SECONDS: Final = 0.001
_TIME: Final = re.compile(r"(?:(\d{4}-\d\d-\d\d)[T ])?(\d{1,2}):(\d\d)(?::(\d\d))?Z?")


def describe(event: Event) -> str:
    """The words of an event, for a search."""
    return f"{event.at:%H:%M:%S} {name_of(event)} {words_of(event)}"[:300]


class ReplayApp(AuthtuiApp):
    """Shows one moment of a trace; `place` counts its events from 0."""

    def __init__(
        self,
        replay: Replay,
        settings: Settings,
        *,
        other: Replay | None = None,
        presenter: bool = False,
    ) -> None:
        """`other` is a second trace to compare with."""
        super().__init__(
            cast("AuthSession[Any]", replay), settings, presenter=presenter, watch=False
        )
        self.replays = (replay, *((other,) if other is not None else ()))
        self.replay = replay
        self.place = 0
        self.playing = False
        self.speed = 1.0
        self.sought = ""
        self._credit = 0.0
        self._ticked = 0.0
        self._told: set[str] = set()
        self._stand()

    def run_to_exit(self) -> int:
        """Run until the user leaves; 3 where a trace could not be read whole."""
        code = super().run_to_exit()
        damaged = any(replay.trace.damage is not None for replay in self.replays)
        return code or (3 if damaged else 0)

    def get_default_screen(self) -> Screen[Any]:
        """The desk of a trace."""
        return ReplayDesk()

    @property
    def desk(self) -> ReplayDesk:
        """The main screen, by its own type."""
        return cast("ReplayDesk", super().desk)

    # ── life ───────────────────────────────────────────────────────────────────────────────────

    def _start_slow_parts(self) -> None:
        self._tell_settings_problem()
        self.run_thread(self._read_on, "read")
        self.set_interval(1 / TICKS_PER_SECOND, self._tick)
        self._tell_notices()
        if len(self.replays) > 1:
            self.open_comparison()

    def _read_on(self) -> None:
        # The interpreter runs one thread at a time: small bites, so that keys are answered.
        for replay in self.replays:
            while not self._stop.is_set() and replay.read_on(_LINES_AT_ONCE):
                time.sleep(_BREATH_SECONDS)
        if not self._stop.is_set():
            self.call_from_thread(self._tell_notices)

    def _tell_notices(self) -> None:
        for replay in self.replays:
            trace = replay.trace
            for text in trace.notices:
                if text not in self._told:
                    self._told.add(text)
                    self.say(f"{safe(trace.name, 40)}: {text}", "warn", 8)
            if trace.damage is not None and trace.name not in self._told:
                self._told.add(trace.name)
                from authtui.tui.replay.damage_screen import DamageScreen

                self.push_screen(DamageScreen(trace))
        self.redraw()

    def _tick(self) -> None:
        now = time.monotonic()
        passed, self._ticked = now - self._ticked, now
        if self.playing:
            self._play_on(min(passed, 1.0) * self.speed)
        elif not self.replay.trace.done:
            self.desk.update_all()

    # ── where we are ───────────────────────────────────────────────────────────────────────────

    def _stand(self) -> None:
        trace = self.replay.trace
        self.at = trace.number(self.place) if len(trace) else 0
        self.watching = f"trace {safe(trace.name, 28)}"

    def moment(self) -> TimelinePosition:
        """What the timeline shows."""
        trace = self.replay.trace
        part = 1.0 if trace.done else trace.read / max(1, trace.size)
        if not len(trace):
            return TimelinePosition(0, b"", part)
        event = trace[self.place]
        return TimelinePosition(
            self.place,
            bytes(trace.marks[: len(trace)]),
            part,
            event.at,
            trace.time(0),
            f"{name_of(event)}  {words_of(event)}",
            self.speed,
            self.playing,
        )

    def view(self, token: int = 0, matrix: bool = False) -> ViewContext:
        """What the panes draw from: the words of events are at hand already."""
        words = self.replay.trace.words
        busy = "Nothing had been read up to this event; . steps forward."
        return super().view(token, matrix)._replace(words=words.__getitem__, busy=busy)

    def banner(self) -> str | None:
        """The timeline says where we are."""
        return None

    def place_of_item(self, item: Item) -> int | None:
        """The place of the event that a row of the events shows."""
        number = getattr(item.subject, "sequence", None)
        return None if number is None else self.replay.trace.place_of(number)

    def go_to(self, place: int) -> None:
        """Show the moment after the event at a place."""
        count = len(self.replay.trace)
        if not count:
            return self.say("there is no event yet", "muted")
        place = max(0, min(place, count - 1))
        before = self.shown_state().assessment
        near = abs(place - self.place) == 1
        self.place = place
        self._stand()
        after = self.shown_state().assessment
        self._marks = frozenset()
        if near and after is not None and after is not before:
            from authtui.tui.changes import changed_keys

            self._marks = changed_keys(before, after)
        pane = self.desk.panes["events"]
        if not pane.needle:
            pane.cursor = place
        return self.redraw()

    def step_event(self, step: int) -> None:
        """The event after or before."""
        goal = self.place + step
        if goal < 0:
            return self.say("this is the first event", "muted")
        if goal >= len(self.replay.trace):
            more = "" if self.replay.trace.done else " that was read so far"
            return self.say(f"this is the last event{more}", "muted")
        return self.go_to(goal)

    def to_present(self) -> bool:
        """To the last event."""
        self.go_to(len(self.replay.trace) - 1)
        return True

    # ── playing ────────────────────────────────────────────────────────────────────────────────

    def toggle_play(self) -> None:
        """Play, or stand still; at the end, from the start."""
        if not self.playing and self.place >= len(self.replay.trace) - 1:
            self.go_to(0)
        self.playing = not self.playing
        self._credit = 0.0
        self.desk.show_moment()

    def change_speed(self, step: int) -> None:
        """Twice or half as fast."""
        self.speed = max(SLOWEST, min(self.speed * (2.0 if step > 0 else 0.5), FASTEST))
        self.desk.show_moment()
        self.say(f"speed {speed_words(self.speed)}", "muted", 2)

    def _play_on(self, seconds: float) -> None:
        trace = self.replay.trace
        self._credit += seconds
        place = self.place
        while place + 1 < len(trace):
            wait = trace.seconds(place + 1) - trace.seconds(place)
            wait = max(0.0, min(wait, LONGEST_WAIT))
            if wait > self._credit:
                break
            self._credit -= wait
            place += 1
        if place != self.place:
            self.go_to(place)
        if place + 1 >= len(trace) and trace.done:
            self.playing = False
            self.say("the end of the trace", "muted", 2)
            self.desk.show_moment()

    # ── jumping ────────────────────────────────────────────────────────────────────────────────

    def _jump(self, goal: int | None, what: str, step: int) -> None:
        if goal is not None:
            return self.go_to(goal)
        side = "after" if step > 0 else "before"
        so_far = "" if self.replay.trace.done or step < 0 else ", as far as it was read"
        return self.say(f"no {what} {side} this event{so_far}", "muted")

    def go_to_failure(self, step: int) -> None:
        """To the nearest failure."""
        self._jump(self.replay.next_failure(self.place, step), "failure", step)

    def go_to_kind(self, kind: str | None, step: int) -> None:
        """To the nearest event of a kind; None stands for that of the present one."""
        if not len(self.replay.trace):
            return
        kind = kind or self.replay.trace.kinds[self.place]
        found = self.replay.next_of_kind(kind, self.place, step)
        self._jump(found, f"“{EVENT_NAMES.get(kind, kind)}”", step)

    def choose_kind(self) -> None:
        """A list of what happened; enter goes to the next of it."""
        from collections import Counter

        from authtui.tui.dialogs.dialog import ChooseScreen

        counts = Counter(self.replay.trace.kinds)
        lines: list[Line] = []
        items: list[Item] = []
        for kind, count in counts.most_common():
            left = Span(f"  {EVENT_NAMES.get(kind, kind)}", "text")
            lines.append(Line((left,), (Span(f"{count:,} ", "muted"),), len(items)))
            items.append(Item(kind))

        def chosen(kind: str | None) -> None:
            if kind is not None:
                self.go_to_kind(kind, 1)

        self.push_screen(ChooseScreen(Doc("To the next event of a kind", lines, items)), chosen)

    def ask_where(self) -> None:
        """Ask where to go."""
        from authtui.tui.dialogs.prompt import Prompt

        question = (
            f"A number up to {len(self.replay.trace):,}, a time such as 12:01:07, a part such as "
            "50%, or words to search for. Words go on with ; and back with '."
        )
        self.push_screen(Prompt("Go to which event?", question, self.sought), self._asked)

    def _asked(self, text: str | None) -> None:
        if text is None:
            return None
        bare = text.replace(",", "").replace("_", "")
        if bare.isascii() and bare.isdigit() and len(bare) < 10:
            return self.go_to(int(bare) - 1)
        if bare.endswith("%") and bare[:-1].isascii() and bare[:-1].isdigit() and len(bare) < 6:
            count = len(self.replay.trace)
            return self.go_to(round(min(100, int(bare[:-1])) / 100 * (count - 1)))
        if (found := _TIME.fullmatch(text)) is not None:
            return self._go_to_time(found)
        self.sought = text
        return self.search_again(1)

    def _go_to_time(self, found: re.Match[str]) -> None:
        trace = self.replay.trace
        day, hour, minute, second = found.groups()
        clock = f"{int(hour):02}:{minute}:{second or '00'}"
        for place in range(len(trace)):
            at = trace.time(place)
            if (day is None or f"{at:%Y-%m-%d}" >= day) and f"{at:%H:%M:%S}" >= clock:
                return self.go_to(place)
        return self.say(f"no event at {clock}Z or later", "muted")

    def search_again(self, step: int) -> None:
        """To the nearest event with the words that were sought last."""
        if not self.sought:
            return self.say("nothing was searched for yet; : opens the search", "muted")
        found = self.replay.next_with(self.sought, self.place, step)
        return self._jump(found, f"“{safe(self.sought, 40)}”", step)

    # ── what a trace does not offer ────────────────────────────────────────────────────────────

    def reason_against(self, action: str) -> str | None:
        """Nothing can be done to a trace; two are needed to compare."""
        if action == "reveal":
            return "a trace holds no secret to reveal"
        if action == "compare" and len(self.replays) < 2:
            return "open two traces to compare: authtui open A B"
        return super().reason_against(action)

    def load(self, cause: str) -> None:
        """There is no machine behind a trace."""

    def open_detail(self, item: Item) -> None:
        """A row's detail; a request's headers and bodies are fetched from the file."""
        from authtui.exchanges.records import RequestRecord

        if isinstance(item.subject, RequestRecord):
            item = item._replace(subject=self.replay.request(item.subject, self.place))
        super().open_detail(item)

    # ── two traces ─────────────────────────────────────────────────────────────────────────────

    def open_comparison(self) -> None:
        """The two traces side by side."""
        if reason := self.reason_against("compare"):
            return self.say(reason, "muted")
        from authtui.tui.replay.comparison_screen import ComparisonScreen

        self.push_screen(ComparisonScreen(*self.replays))
        return None

    def show_trace(self, index: int, place: int) -> None:
        """Show one of the traces at a place."""
        self.playing = False
        self.replay = self.replays[index]
        self.session = cast("AuthSession[Any]", self.replay)
        self.place = max(0, min(place, len(self.replay.trace) - 1))
        self.go_to(self.place)


if TYPE_CHECKING:
    # The app offers what its screens ask for: held by the type checker alone.
    _OWNER: type[ReplayOwner] = ReplayApp
