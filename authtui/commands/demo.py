"""`authtui demo`: stories on throw-away homes, in the app or as text; your own login is not read.

Exit code 0 only where the story ended green: a server accepted the request.
"""

from __future__ import annotations

import argparse
import json
from functools import partial
from typing import TYPE_CHECKING, Final

from authtui.commands import EXIT_FAILED, EXIT_USAGE
from authtui.commands.event_lines import event_line
from authtui.commands.options import clock_of
from authtui.commands.signals import on_signals
from authtui.redaction import safe_text

if TYPE_CHECKING:
    from pathlib import Path
    from typing import TextIO

    from authtui.commands import ProcessContext
    from authtui.demo.story import Story
    from authtui.demo.walk import StoryEnding
    from authtui.lifecycle.preview import Outcome
    from authtui.model.events import Event
    from authtui.model.state import AuthState

LONGEST_PACE: Final = 60


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument(
        "story", nargs="?", metavar="STORY", help="its name; without one, a menu of all"
    )
    parser.add_argument("--list", action="store_true", help="name the stories, and stop")
    parser.add_argument(
        "--headless", action="store_true", help="play to the end without the app; print the events"
    )
    parser.add_argument("--json", action="store_true", help="JSON Lines; without the app")
    parser.add_argument(
        "--pace",
        type=_pace,
        metavar="SECONDS",
        help="for presenting: pages turn by themselves, each after so many seconds",
    )


def run(args: argparse.Namespace, given: ProcessContext, folder: Path | None = None) -> int:
    """Play one story; `folder` is where the stories stand, None for those of the program."""
    out, err = given.out, given.err
    from authtui.demo.story_file import FOLDER, read_names, read_story

    folder = folder or FOLDER
    if args.list:
        return _list(folder, out, as_json=args.json)
    names = read_names(folder)
    story = read_story(args.story or names[0], folder)
    if isinstance(story, str):
        print(f"authtui demo: {_safe(story)}; there are {', '.join(names)}", file=err)
        return EXIT_USAGE
    if args.offline:
        print("authtui demo: a story talks to a server on this machine; leave --offline", file=err)
        return EXIT_USAGE
    # The throw-away home is removed on SIGTERM and SIGHUP as it is on Ctrl-C.
    with on_signals(_interrupt, "SIGTERM", "SIGHUP"):
        if args.headless or args.json:
            return _as_text(story, args, out, err)
        return _in_the_app(names, args, given, folder)


def _list(folder: Path, out: TextIO, *, as_json: bool) -> int:
    from authtui.demo.story_file import read_names, read_story

    code = 0
    names = read_names(folder)
    width = max(map(len, names), default=0)
    for name in names:
        story = read_story(name, folder)
        if isinstance(story, str):
            out.write(f"{name:<{width}}  {_safe(story)}\n")
            code = EXIT_FAILED
        elif as_json:
            tree = {"name": name, "title": story.title, "about": story.about}
            out.write(json.dumps(tree, ensure_ascii=False) + "\n")
        else:
            out.write(f"{name:<{width}}  {story.title}: {story.about}\n")
    return code


def _as_text(story: Story, args: argparse.Namespace, out: TextIO, err: TextIO) -> int:
    from authtui.commands.run import write_outcome
    from authtui.demo.play import play
    from authtui.demo.stage import stage_for
    from authtui.demo.unprivileged import bound_by_modes
    from authtui.machine.throw_away import NoRoomError

    def tell(state: AuthState, event: Event) -> None:
        del state
        out.write(event_line(event, as_json=args.json) + "\n")
        out.flush()

    def hear(outcome: Outcome) -> None:
        write_outcome(outcome, out, as_json=args.json)

    if not args.json:
        out.write(f"{story.title}\n")

    async def on_stage() -> StoryEnding:
        with stage_for(story, clock=partial(clock_of, args)) as stage:
            stage.session.subscribe(tell)
            found = await play(stage, hear)
        for error in stage.session.subscriber_errors:
            raise error  # what was printed is not whole
        return found

    try:
        ending = bound_by_modes(on_stage)
    except NoRoomError as error:
        print(f"authtui demo: {error}", file=err)
        return EXIT_FAILED
    _write_ending(story, ending, out, as_json=args.json)
    return 0 if ending.green else EXIT_FAILED


def _write_ending(story: Story, ending: StoryEnding, out: TextIO, *, as_json: bool) -> None:
    reason = _safe(ending.reason)
    if as_json:
        tree = {"kind": "Ended", "story": story.name, "green": ending.green, "reason": reason}
        out.write(json.dumps(tree, ensure_ascii=False) + "\n")
    else:
        out.write(f"{story.name}: {'green' if ending.green else 'not green'}: {reason}\n")


def _in_the_app(
    names: tuple[str, ...], args: argparse.Namespace, given: ProcessContext, folder: Path
) -> int:
    from authtui.settings import read_settings, settings_path

    if not given.in_terminal():
        text = "the app needs a terminal; `--headless` plays a story as text"
        print(f"authtui demo: {text}", file=given.err)
        return EXIT_USAGE
    from authtui.demo.story import Story
    from authtui.demo.story_file import read_story
    from authtui.tui.story.story_app import StoryApp

    found = [read_story(name, folder) for name in names]
    app = StoryApp(
        tuple(story for story in found if isinstance(story, Story)),
        read_settings(settings_path()),
        clock=partial(clock_of, args),
        first=args.story,
        pace=args.pace,
        presenter=args.presenter,
    )
    code = app.run_to_exit()
    if app.failure is not None:
        print(f"authtui demo: {_safe(app.failure)}", file=given.err)
        return code or EXIT_FAILED
    return code


def _interrupt(_number: int) -> None:
    raise KeyboardInterrupt


def _safe(text: str) -> str:
    return safe_text(text, 4_000)


def _pace(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if 0 <= seconds <= LONGEST_PACE:
        return seconds
    raise argparse.ArgumentTypeError(
        f"{text!r} is not a number of seconds from 0 to {LONGEST_PACE}"
    )
