"""What every page's frame needs."""

from functools import lru_cache

from django.conf import settings
from django.urls import reverse

from ip2a import compartments, navigation


def frame(request) -> dict:
    """Menu, search and the local's name, made once a request, however many parts a page is drawn in."""
    if not hasattr(request, "_frame"):
        request._frame = _frame(request)
    return request._frame


def _frame(request) -> dict:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"menu": "", "local_name": settings.LOCAL_NAME}
    return {
        "menu": navigation.menu(request),
        "local_name": settings.LOCAL_NAME,
        "sayings": compartments.sayings(user),
        **_addresses(),
    }


@lru_cache(maxsize=1)
def _addresses() -> dict[str, str]:
    return {
        "search_url": reverse("search"),
        "calendar_url": reverse("calendars:my_calendar"),
        "sessions_url": reverse("usersessions_list"),
        "away_url": reverse("accounts:absence_list"),
        "password_url": reverse("account_change_password"),
        "mfa_url": reverse("mfa_index"),
        "logout_url": reverse("account_logout"),
    }
