"""`authtui demo`: a story on a throw-away home, in the app or as text; your own login is not read.

Exit code 0 only where the story ended green: a server accepted the request.
"""

from __future__ import annotations

import asyncio
import gc
import json
import signal
import sys
import threading
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from pathlib import Path
    from typing import TextIO

    from authtui.commands import Given
    from authtui.demo.play import Ending, Stage
    from authtui.demo.story import Story
    from authtui.lifecycle.preview import Outcome
    from authtui.model.events import Event
    from authtui.model.state import AuthState

EXIT_NOT_GREEN: Final = 1
EXIT_USAGE: Final = 2
DEFAULT_STORY: Final = "identity"
PACE: Final = 3.0
LONGEST_PACE: Final = 60.0
_ENDS_WITHIN: Final = 5.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument(
        "story", nargs="?", metavar="STORY", help=f"its name (default: {DEFAULT_STORY})"
    )
    parser.add_argument("--list", action="store_true", help="name the stories, and stop")
    parser.add_argument(
        "--headless", action="store_true", help="play to the end without the app; print the events"
    )
    parser.add_argument("--json", action="store_true", help="JSON Lines; without the app")
    parser.add_argument(
        "--pace",
        type=_pace,
        default=PACE,
        metavar="SECONDS",
        help=f"the wait before each step in the app (default: {PACE:g})",
    )


def run(args: argparse.Namespace, given: Given, folder: Path | None = None) -> int:
    """Play one story; `folder` is where the stories stand, None for those of the program."""
    out, err = given.out, given.err
    from authtui.demo.story import FOLDER, read_names, read_story

    folder = folder or FOLDER
    if args.list:
        return _list(folder, out, as_json=args.json)
    story = read_story(args.story or DEFAULT_STORY, folder)
    if isinstance(story, str):
        names = ", ".join(read_names(folder))
        print(f"authtui demo: {_safe(story)}; there are {names}", file=err)
        return EXIT_USAGE
    if args.offline:
        print("authtui demo: a story talks to a server on this machine; leave --offline", file=err)
        return EXIT_USAGE
    gc.enable()  # the program's entry turns it off for commands that end at once
    with _removed_in_the_end():
        if args.headless or args.json:
            return _as_text(story, args, out)
        return _in_the_app(story, args, err)


def _list(folder: Path, out: TextIO, *, as_json: bool) -> int:
    from authtui.demo.story import read_names, read_story

    code = 0
    for name in read_names(folder):
        story = read_story(name, folder)
        if isinstance(story, str):
            out.write(f"{name:<12} {_safe(story)}\n")
            code = EXIT_NOT_GREEN
        elif as_json:
            tree = {"name": name, "title": story.title, "about": story.about}
            out.write(json.dumps(tree, ensure_ascii=False) + "\n")
        else:
            out.write(f"{name:<12} {story.title}: {story.about}\n")
    return code


def _as_text(story: Story, args: argparse.Namespace, out: TextIO) -> int:
    from authtui.commands.event_lines import event_json, event_text
    from authtui.commands.options import clock_of
    from authtui.commands.run import write_outcome
    from authtui.demo.play import play, stage_for

    def tell(state: AuthState, event: Event) -> None:
        del state
        text = json.dumps(event_json(event), ensure_ascii=False) if args.json else event_text(event)
        out.write(text + "\n")
        out.flush()

    def hear(outcome: Outcome) -> None:
        write_outcome(outcome, out, as_json=args.json)

    if not args.json:
        out.write(f"{story.title}\n")
    with stage_for(story, clock=partial(clock_of, args)) as stage:
        stage.session.subscribe(tell)
        ending = asyncio.run(play(stage, hear))
    for error in stage.session.subscriber_errors:
        raise error  # what was printed is not whole
    _write_ending(story, ending, out, as_json=args.json)
    return 0 if ending.green else EXIT_NOT_GREEN


def _write_ending(story: Story, ending: Ending, out: TextIO, *, as_json: bool) -> None:
    reason = _safe(ending.reason)
    if as_json:
        tree = {"kind": "Ended", "story": story.name, "green": ending.green, "reason": reason}
        out.write(json.dumps(tree, ensure_ascii=False) + "\n")
    else:
        out.write(f"{story.name}: {'green' if ending.green else 'not green'}: {reason}\n")


def _in_the_app(story: Story, args: argparse.Namespace, err: TextIO) -> int:
    from authtui.commands.options import clock_of
    from authtui.demo.play import stage_for
    from authtui.settings import read_settings, settings_path
    from authtui.tui.launch import launch

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        text = "the app needs a terminal; `--headless` plays the story as text"
        print(f"authtui demo: {text}", file=err)
        return EXIT_USAGE
    with stage_for(story, clock=partial(clock_of, args)) as stage:
        player = _Player(stage, args.pace)

        def session() -> Any:  # noqa: ANN401 - a session for any options
            stage.session.load("start")
            return stage.session

        try:
            code = launch(
                session,
                read_settings(settings_path()),
                presenter=args.presenter,
                watch=False,
                fill_in=player.start,
                lifecycle=partial(stage.lifecycle_after, player.over),
            )
        finally:
            player.end()
    failed = player.ending is not None and not player.ending.green and not player.stopped
    if failed and player.ending is not None:
        print(f"authtui demo: {_safe(player.ending.reason)}", file=err)
    return code or (EXIT_NOT_GREEN if failed else 0)


class _Player:
    """Plays the story beside the app, step by step; then the viewer may act."""

    def __init__(self, stage: Stage, pace: float) -> None:
        self.over = threading.Event()
        self.ending: Ending | None = None
        self._stage = stage
        self._pace = pace
        self._leave = threading.Event()
        self._thread = threading.Thread(target=self._play, name="authtui-demo-story", daemon=True)

    @property
    def stopped(self) -> bool:
        """Whether the viewer left before the end."""
        return not self.over.is_set()

    def start(self) -> None:
        """Begin; called once the first frame stands."""
        if self._thread.ident is None:
            self._thread.start()

    def end(self) -> None:
        """Leave the story where it is."""
        self._leave.set()
        if self._thread.ident is not None:
            self._thread.join(_ENDS_WITHIN)

    def _play(self) -> None:
        from authtui.demo.play import Ending, play

        try:
            self.ending = asyncio.run(play(self._stage, pause=self._pause))
        except Exception as error:  # noqa: BLE001 - the border: a bug below becomes a sentence
            self.ending = Ending(False, f"The story failed: {_safe(str(error))}")
        if self._leave.is_set():
            return
        if self.ending.green:
            text = "The end. Now the keys act on this throw-away home; leaving removes it."
            self._stage.tell(text, len(self._stage.story.steps))
        else:
            self._stage.session.fail("story", self.ending.reason)
        self.over.set()

    async def _pause(self) -> bool:
        return not await asyncio.to_thread(self._leave.wait, self._pace)


@contextmanager
def _removed_in_the_end() -> Iterator[None]:
    """SIGTERM interrupts like Ctrl-C, so that the throw-away home is removed then too."""

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, interrupt)
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _safe(text: str) -> str:
    from authtui.redaction import printable, redact_text

    return printable(redact_text(text), 4000)


def _pace(text: str) -> float:
    import argparse

    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if 0 <= seconds <= LONGEST_PACE:
        return seconds
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from 0 to 60")
