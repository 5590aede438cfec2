"""A page that asks what must be known for one verb, then does it."""

from typing import Any

from django.contrib import messages
from django.urls import reverse

from ip2a import pickers
from ip2a.answers import YES
from ip2a.audit import client_ip
from ip2a.models import CompartmentOpening
from ip2a.rules import has_right
from ip2a.views.generic import RecordDetail
from ip2a.views.history import RecordHistory
from members.views.acts import Confirmed
from organizing.models.scope import ROOM


class Act(Confirmed):
    """``do`` is the service; what it returns as text is said instead of ``done``."""

    verb = "change"
    done = "{record}: done."

    def visible(self):
        return super().visible().select_related("campaign")

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        pickers.for_user(form, self.request.user)
        return form

    def may(self):
        return YES

    def act(self, values):
        said = self.do(values)
        messages.success(self.request, said if isinstance(said, str) and said else self.done.format(record=self.record))

    def do(self, values) -> Any:
        raise NotImplementedError

    def title(self) -> str:
        return f"{self.submit_label}: {self.record}"

    def crumbs(self) -> list[tuple[str, str | None]]:
        return [*crumbs_of(self.record), (self.submit_label, None)]

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"crumbs": self.crumbs()}


def crumbs_of(record) -> list[tuple[str, str | None]]:
    """Campaigns, the campaign, the record."""
    home = ("Campaigns", reverse("organizing:campaign_list"))
    campaign = getattr(record, "campaign", None)
    own = (str(record), record.get_absolute_url())
    return [home, own] if campaign is None else [home, (str(campaign), campaign.get_absolute_url()), own]


class Detail(RecordDetail):
    """A record of a campaign, under its campaign. A verb that is refused tells why."""

    def visible(self):
        return super().visible().select_related("campaign")

    def entry(self, label: str, verb: str, answer=None, **more):
        found = {"label": label, "url": self.url_of(verb, self.record.pk), **more}
        return found | ({"disabled_reason": answer.reason} if answer is not None and not answer else {})

    def may_act(self, verb: str, model) -> bool:
        return has_right(self.request.user, verb, model)

    def noted(self):
        return [("Notes", self.record.notes)] if self.record.notes else []

    def get_context_data(self, **kwargs):
        *above, (own, _) = crumbs_of(self.record)
        return super().get_context_data(**kwargs) | {"crumbs": [*above, (own, None)]}


def history_of(of: type) -> type[RecordHistory]:
    """The page of changes of a kind of record."""
    return type(f"{of.__name__}History", (RecordHistory,), {"model": of})


def note_export(request, model: type, campaign: Any) -> None:
    """Write down, for good, who took which list out; number 0 where it is not that of one campaign."""
    CompartmentOpening.objects.create(
        compartment=ROOM,
        model=model._meta.label_lower,
        record_id=campaign.pk if campaign else 0,
        user_id=request.user.pk,
        user_name=request.user.get_full_name(),
        path=f"Export: {request.get_full_path()}"[:500],
        ip=client_ip(request),
    )
