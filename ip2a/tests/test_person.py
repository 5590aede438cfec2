"""Who asks is looked up once, and then stands in the request themselves."""

from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.utils.functional import SimpleLazyObject

from ip2a.accounts.person import PersonMiddleware
from ip2a.models import User


def after(rf, session, look):
    request = rf.get("/")
    request.session = session

    def page(request):
        assert isinstance(request.user, SimpleLazyObject)
        look(request)
        return request.user

    return PersonMiddleware(page)(request)


def test_the_first_look_puts_the_person_into_the_request(rf, signed_in):
    client = signed_in("staff")
    assert type(after(rf, client.session, lambda request: request.user.pk)) is User
    assert after(rf, client.session, lambda request: request.user.pk) == get_user(client)


def test_nobody_is_nobody(rf, client, db):
    assert type(after(rf, client.session, lambda request: request.user.is_authenticated)) is AnonymousUser


def test_a_page_that_does_not_ask_reads_nobody(rf, client, django_assert_num_queries, db):
    session = client.session
    with django_assert_num_queries(0):
        assert isinstance(after(rf, session, lambda request: None), SimpleLazyObject)
