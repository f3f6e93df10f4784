"""A viewer's way through a story: pages forward and back, a guess, consent before each fix.

Pages are made of the story's moments. Back shows an earlier moment; nothing is undone and nothing
is played twice. Forward plays what was not played yet, and never a fix without consent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from authtui.record import NamedTuple

if TYPE_CHECKING:
    from authtui.demo.story import Cause, Step, Story

PageKind = Literal["symptom", "evidence", "offer", "proof"]


class StoryEnding(NamedTuple):
    """How a story ended; `reason` is a full sentence."""

    green: bool
    reason: str


class StoryMoment(NamedTuple):
    """A moment that was played. `sequence` is the event after which everything looked like this.

    `message` is what the client printed, in its own words, where it printed anything.
    """

    number: int
    step: Step
    sequence: int
    message: str | None = None


class Page(NamedTuple):
    """One page: of which moment (counted from 0) and of what kind.

    An `offer` stands before the moment of its fix, and shows everything as it was before that.
    """

    kind: PageKind
    moment: int
    step: Step


def pages_of(story: Story) -> tuple[Page, ...]:
    """The pages of a story, in order."""
    pages: list[Page] = []
    moments = story.moments
    for number, steps in enumerate(moments):
        last = steps[-1]
        if last.fix:
            pages.append(Page("offer", number, last))
        kind: PageKind = "evidence"
        if last.symptom:
            kind = "symptom"
        elif number == len(moments) - 1:
            kind = "proof"
        pages.append(Page(kind, number, last))
    return tuple(pages)


class Walk:
    """Where the viewer is. It plays nothing: the app does, while `wanted`, and adds `moments`.

    `here` and `furthest` are page numbers from 0. `tried` are the causes guessed, newest last.
    `waiting`: the page cannot be turned yet, as its moment is being played.
    """

    def __init__(self, story: Story) -> None:
        """Before the first page."""
        self.story = story
        self.pages = pages_of(story)
        self.here = 0
        self.furthest = 0
        self.moments: list[StoryMoment] = []
        self.ending: StoryEnding | None = None
        self.tried: list[int] = []
        self.waiting = True

    @property
    def page(self) -> Page:
        """The page on show."""
        return self.pages[self.here]

    @property
    def step(self) -> Step:
        """What the page tells."""
        return self.page.step

    @property
    def shown(self) -> StoryMoment | None:
        """The moment whose state is on show; None before anything was played."""
        number = self.page.moment - (self.page.kind == "offer")
        return self.moments[number] if 0 <= number < len(self.moments) else None

    @property
    def message(self) -> str | None:
        """What the client printed at the moment on show."""
        return self.shown.message if self.shown else None

    @property
    def played(self) -> bool:
        """Whether the page on show was played already."""
        return self.page.moment < len(self.moments)

    @property
    def at_end(self) -> bool:
        """Whether this is the last page."""
        return self.here == len(self.pages) - 1

    @property
    def guessed(self) -> Cause | None:
        """The last guess; None before the first."""
        guess = self.story.guess
        return guess.causes[self.tried[-1]] if guess is not None and self.tried else None

    def guess(self, index: int) -> bool:
        """Take a guess; False where there is nothing to guess here."""
        guess = self.story.guess
        if self.page.kind != "symptom" or guess is None or not 0 <= index < len(guess.causes):
            return False
        self.tried = [tried for tried in self.tried if tried != index] + [index]
        return True

    def right_guess(self) -> int | None:
        """The number of the right cause."""
        guess = self.story.guess
        if guess is None:
            return None
        return next((n for n, cause in enumerate(guess.causes) if cause.right), None)

    def back(self) -> bool:
        """To the page before; False on the first."""
        if self.here == 0:
            return False
        self.here -= 1
        return True

    def on(self) -> bool:
        """To the next page; False on the last one, and where a fix waits for its consent."""
        if self.at_end or self.ending_early or (self.page.kind == "offer" and not self.played):
            return False
        self._forward()
        return True

    def _forward(self) -> None:
        self.here += 1
        self.furthest = max(self.furthest, self.here)

    def consent(self) -> bool:
        """Let the offered fix be performed; False where none is offered."""
        if self.page.kind != "offer" or self.ending_early:
            return False
        self._forward()
        return True

    @property
    def ending_early(self) -> bool:
        """Whether the story stopped before its end."""
        return self.ending is not None and not self.ending.green

    @property
    def wanted(self) -> bool:
        """Whether the page on show wants a moment that was not played yet."""
        needs = self.page.moment + (self.page.kind != "offer")
        return self.ending is None and len(self.moments) < needs
