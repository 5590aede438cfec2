"""Who asks: read when the first part of a page wants to know, and from then on the person themselves."""

from django.contrib.auth.middleware import AuthenticationMiddleware, get_user
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from ip2a.models import User


class PersonMiddleware(AuthenticationMiddleware):
    """As Django's, whose stand-in would look the person up each of the hundreds of times that a page asks."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _settled(request))  # type: ignore[assignment]


def _settled(request: HttpRequest) -> User:
    request.user = get_user(request)  # type: ignore[assignment]
    return request.user  # type: ignore[return-value]
