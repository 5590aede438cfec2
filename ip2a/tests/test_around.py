"""Decorators around a page."""

from django.db import transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django.views import View
from django.views.decorators.vary import vary_on_headers

from ip2a.views.around import around

made = []


def noting(word):
    def decorate(view):
        made.append(word)

        def decorated(*args, **kwargs):
            answer = view(*args, **kwargs)
            answer.headers["Said"] = f"{answer.headers.get('Said', '')}{word}"
            return answer

        return decorated

    return decorate


@around(noting("outer "), noting("inner "))
class Page(View):
    def get(self, request):
        return HttpResponse(type(self).__name__)


@around(transaction.non_atomic_requests, vary_on_headers("HX-Request"))
class Special(Page):
    pass


def test_the_first_is_outermost_and_each_is_put_around_once():
    made.clear()
    view = Page.as_view()
    answers = [view(RequestFactory().get("/")) for _ in range(2)]
    assert [(answer.content, answer.headers["Said"]) for answer in answers] == [(b"Page", "inner outer ")] * 2
    assert made == ["inner ", "outer "]


def test_a_page_made_of_another_has_both_s_and_leaves_the_other_s_alone():
    special, plain = Special.as_view(), Page.as_view()
    answer = special(RequestFactory().get("/"))
    assert (answer.content, answer.headers["Said"], answer.headers["Vary"]) == (
        b"Special",
        "inner outer ",
        "HX-Request",
    )
    assert "Vary" not in plain(RequestFactory().get("/")).headers
    assert special._non_atomic_requests == {"default"}
    assert not hasattr(plain, "_non_atomic_requests")
