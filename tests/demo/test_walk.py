"""A viewer's way: forward, back, a guess, and no fix without consent."""

from __future__ import annotations

from authtui.demo.story import Story
from authtui.demo.story_file import parse_story
from authtui.demo.walk import StoryEnding, StoryMoment, Walk, pages_of

CAUSES = [{"text": "a", "answer": "no"}, {"text": "b", "answer": "yes", "right": True}]


def story() -> Story:
    found = parse_story(
        "s",
        {
            "title": "t",
            "about": "a",
            "login": "chatgpt",
            "guess": {"question": "?", "causes": CAUSES},
            "steps": [
                {"do": "load"},
                {"do": "assert", "says": "one", "symptom": True},
                {"do": "look", "says": "two"},
                {"do": "unset", "name": "A", "says": "three", "fix": True},
                {"do": "assert", "says": "four"},
            ],
        },
    )
    assert isinstance(found, Story), found
    return found


def walked(played: int) -> Walk:
    walk = Walk(story())
    for number in range(played):
        walk.moments.append(StoryMoment(number + 1, story().moments[number][-1], 10 * (number + 1)))
    return walk


def test_steps_without_words_belong_to_the_next_moment_and_a_fix_is_offered_first() -> None:
    assert [len(steps) for steps in story().moments] == [2, 1, 1, 1]
    assert [(p.kind, p.moment) for p in pages_of(story())] == [
        ("symptom", 0),
        ("evidence", 1),
        ("offer", 2),
        ("evidence", 2),
        ("proof", 3),
    ]


def test_only_what_is_shown_is_played() -> None:
    walk = walked(0)
    assert walk.wanted
    walk = walked(1)
    assert not walk.wanted
    assert walk.on()
    assert walk.wanted


def test_an_offered_fix_waits_for_consent_and_shows_the_moment_before_it() -> None:
    walk = walked(2)
    walk.here = 2
    assert not walk.wanted
    assert walk.shown is not None
    assert walk.shown.sequence == 20
    assert not walk.on()
    assert walk.here == 2
    assert walk.consent()
    assert (walk.here, walk.wanted) == (3, True)


def test_back_shows_the_earlier_moment_and_forward_does_not_play_again() -> None:
    walk = walked(4)
    walk.here = 4
    assert walk.back()
    assert walk.back()
    assert walk.page.kind == "offer"
    assert walk.shown is not None
    assert walk.shown.sequence == 20
    assert walk.on(), "a fix that was done needs no second consent"
    assert not walk.wanted


def test_there_is_nothing_before_the_first_page_or_after_the_last() -> None:
    walk = walked(4)
    assert not walk.back()
    walk.here = 4
    assert not walk.on()
    assert walk.at_end


def test_a_guess_is_answered_right_or_wrong_and_only_on_the_first_page() -> None:
    walk = walked(1)
    assert walk.right_guess() == 1
    assert walk.guess(0)
    assert walk.guessed is not None
    assert walk.guessed.answer == "no"
    assert walk.guess(1)
    assert walk.guessed.answer == "yes"
    assert not walk.guess(2)
    walk.here = 1
    assert not walk.guess(0)


def test_a_story_that_stopped_goes_nowhere_but_back() -> None:
    walk = walked(2)
    walk.here = 1
    walk.ending = StoryEnding(False, "it stopped")
    assert not walk.on()
    assert not walk.wanted
    assert walk.back()
