"""A page's record: by one statement for everybody with the same rights, and never by what another request said."""

from types import SimpleNamespace

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.urls import URLResolver, get_resolver

from ip2a.factories import UserFactory
from ip2a.questions import Question
from ip2a.views.guarded import Guarded
from members.factories import MemberEmploymentFactory, MemberFactory
from members.models import Member, MemberEmployment

pytestmark = pytest.mark.django_db


class OfMember(Guarded):
    model = Member


class OfJob(Guarded):
    """As pages below another record are: the job must be one of the member's in the address."""

    model = MemberEmployment

    def visible(self):
        return super().visible().filter(member=self.kwargs["member"])


class Wished(Guarded):
    model = Member

    def visible(self):
        return super().visible().filter(status=self.request.GET["status"])


def page(kind, user, **asked):
    view = kind()
    view.request, view.kwargs = SimpleNamespace(user=user, GET=asked.pop("GET", {})), asked
    return view


@pytest.fixture
def made(monkeypatch):
    """The statements that are put together."""
    found = []
    put = Question._put
    monkeypatch.setattr(
        Question, "_put", lambda self, *given: found.append(self._ask.__qualname__) or put(self, *given)
    )
    return found


def test_the_statement_is_made_once_and_gives_each_the_record_asked_for(made):
    ann, bert = MemberFactory(), MemberFactory()
    staff = [UserFactory(role="staff") for _ in range(2)]
    assert page(OfMember, staff[0], pk=ann.pk).record == ann
    with CaptureQueriesContext(connection) as asked:
        assert [page(OfMember, user, pk=bert.pk).record for user in staff] == [bert, bert]
    assert (len(made), len(asked)) == (1, 3)  # two records, and the rights of the second person


def test_whoever_may_not_see_it_and_whoever_asks_for_nothing_gets_404():
    member, staff, outsider = MemberFactory(), UserFactory(role="staff"), UserFactory()
    assert page(OfMember, staff, pk=member.pk).record == member
    for view in (page(OfMember, outsider, pk=member.pk), page(OfMember, staff, pk=member.pk + 1)):
        with pytest.raises(Http404, match="There is no such member"):
            _ = view.record


@pytest.mark.parametrize("times", [1, 3])
def test_what_the_address_says_of_one_request_does_not_stay_in_the_next(made, times):
    job, other, staff = MemberEmploymentFactory(), MemberFactory(), UserFactory(role="staff")
    for _ in range(times):
        assert page(OfJob, staff, pk=job.pk, member=job.member_id).record == job
        with pytest.raises(Http404):
            _ = page(OfJob, staff, pk=job.pk, member=other.pk).record
    assert len(made) <= 1  # tried once and not again


def test_what_the_query_says_of_one_request_does_not_stay_in_the_next():
    member, staff = MemberFactory(status="active"), UserFactory(role="staff")
    assert page(Wished, staff, pk=member.pk, GET={"status": "active"}).record == member
    with pytest.raises(Http404):
        _ = page(Wished, staff, pk=member.pk, GET={"status": "retired"}).record


def test_no_address_changes_what_a_page_is():
    """Statements and filter bars are kept by the class of a page; an address that gave it other attributes would share
    them."""
    pages = [p.callback for p in walk(get_resolver().url_patterns) if hasattr(p.callback, "view_class")]
    guarded = [page for page in pages if issubclass(page.view_class, Guarded)]
    assert len(guarded) > 100
    assert [page for page in guarded if page.view_initkwargs] == []


def walk(patterns):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns)
        else:
            yield pattern
