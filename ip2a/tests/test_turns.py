"""Pages of one process take turns, and nobody who takes long holds up the others."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.http import HttpResponse

from ip2a.turns import Turns, in_turns

LONG = 60.0


def test_quick_ones_go_in_one_after_the_other():
    turns, inside, most = Turns(patience=LONG), [], []

    def go(number: int) -> None:
        with turns.turn():
            inside.append(number)
            most.append(len(inside))
            inside.remove(number)

    with ThreadPoolExecutor(8) as several:
        list(several.map(go, range(400)))
    assert most == [1] * 400


def test_one_that_waits_for_something_lets_the_next_in_after_a_while_and_not_before():
    turns, may_go, first_in, second_in = Turns(patience=0.05), *(threading.Event() for _ in range(3))
    patient = Turns(patience=LONG)

    def wait(own: Turns, arrived: threading.Event) -> None:
        with own.turn():
            arrived.set()
            may_go.wait(30)

    with ThreadPoolExecutor(4) as several:
        several.submit(wait, turns, first_in)
        assert first_in.wait(30)
        several.submit(wait, turns, second_in)
        assert second_in.wait(30)  # although the first is still in
        held, beside = threading.Event(), threading.Event()
        several.submit(wait, patient, held)
        assert held.wait(30)
        several.submit(wait, patient, beside)
        assert not beside.wait(0.2)
        may_go.set()
        assert beside.wait(30)


def test_a_page_that_breaks_gives_its_turn_back():
    def broken(environ, start_response):
        raise ValueError(environ["PATH_INFO"])

    page = in_turns(broken, patience=LONG)
    for path in ("/one/", "/two/"):
        with pytest.raises(ValueError, match=path):
            page({"PATH_INFO": path}, lambda *a: None)


def test_a_stream_is_made_outside_of_the_turns():
    made = []

    def endless(environ, start_response):
        return (made.append(part) or b"part" for part in range(2))

    page = in_turns(endless, patience=LONG)
    first, second = iter(page({}, lambda *a: None)), iter(page({}, lambda *a: None))
    assert (next(first), next(second)) == (b"part", b"part")
    assert made == [0, 0]


def test_a_turn_lasts_until_the_answer_was_sent():
    done = []

    def whole(environ, start_response):
        answer = HttpResponse(b"page")
        answer.close = lambda: done.append("closed")
        return answer

    page = in_turns(whole, patience=LONG)
    first = page({}, None)
    with ThreadPoolExecutor(1) as another:
        second = another.submit(page, {}, None)
        assert b"".join(first) == b"page"
        assert not second.done()
        first.close()
        assert b"".join(second.result(30)) == b"page"
    assert done == ["closed"]


def test_an_answer_that_does_not_close_gives_its_turn_back():
    def whole(environ, start_response):
        answer = HttpResponse(b"page")
        answer.close = environ["close"]
        return answer

    def broken():
        raise OSError("gone")

    page = in_turns(whole, patience=LONG)
    with pytest.raises(OSError, match="gone"):
        page({"close": broken}, None).close()
    page({"close": lambda: None}, None).close()
