"""What every page's frame needs."""

from django.conf import settings
from django.urls import reverse

from ip2a import navigation


def frame(request) -> dict:
    """Menu, search and the local's name; lazily empty for people who are not signed in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"menu": [], "local_name": settings.LOCAL_NAME}
    return {
        "menu": navigation.menu(request),
        "search_url": reverse("search"),
        "local_name": settings.LOCAL_NAME,
    }
