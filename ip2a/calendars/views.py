"""One's own calendar address, and what is read there."""

import hashlib
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotFound
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.generic import TemplateView

from ip2a import audit
from ip2a.answers import Refused
from ip2a.calendars import services, writing
from ip2a.views.around import around

MOST_READINGS = 60
SPAN_SECONDS = 600


@around(never_cache)
class MyCalendar(LoginRequiredMixin, TemplateView):
    """Make the address, make a new one. It is shown in the answer to that, and never again: nobody keeps it."""

    template_name = "ip2a/calendars/my_calendar.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        feed = services.feed_of(self.request.user)
        return super().get_context_data(title="Your calendar", feed=feed, former=services.state_of(feed), **kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            token = services.make_address(request.user, former=request.POST.get("former", ""))
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("calendars:my_calendar")
        address = request.build_absolute_uri(reverse("calendars:read", args=[token]))
        scheme = "webcals" if request.is_secure() else "webcal"  # the other would send the secret unencrypted once
        subscribe = f"{scheme}:{address.partition(':')[2]}"
        return self.render_to_response(self.get_context_data(address=address, subscribe=subscribe))


@login_required
@require_POST
def turn_off(request: HttpRequest) -> HttpResponse:
    if services.turn_off(request.user):
        messages.success(request, "Your calendar address is turned off. Phones that used it get nothing any more.")
    else:
        messages.info(request, "Your calendar address was off already.")
    return redirect("calendars:my_calendar")


@transaction.non_atomic_requests
@require_safe
def read(request: HttpRequest, token: str) -> HttpResponseBase:
    """What a phone fetches: everything that its owner may see now. Nobody signs in here; the secret is the key."""
    if _is_too_often(token):
        return HttpResponse(
            "This calendar is read too often. Once an hour is enough.\n",
            status=429,
            headers={"Retry-After": str(SPAN_SECONDS)},
            content_type="text/plain; charset=utf-8",
        )
    feed = services.reader_by(token)
    if feed is None:
        return HttpResponseNotFound(
            "This calendar address does not work (any more). Make a new one under “Your calendar” in IP2A.\n",
            content_type="text/plain; charset=utf-8",
        )
    with audit.reading_as(feed.user):
        body = writing.calendar_of(feed.user)
    services.note_reading(feed)
    return _answer(request, body)


def _answer(request: HttpRequest, body: bytes) -> HttpResponseBase:
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="calendar.ics"'
    response["Cache-Control"] = "private, max-age=300"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    response["ETag"] = tag
    return get_conditional_response(request, etag=tag, response=response)


def _is_too_often(token: str) -> bool:
    """Counted in the cache; while that is gone, nothing is counted."""
    key = f"calendar-reads-{services.digest(token)}"
    cache.add(key, 0, SPAN_SECONDS)
    try:
        return cache.incr(key) > MOST_READINGS
    except ValueError:
        return False
