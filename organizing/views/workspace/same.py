"""Workers who may be one and the same: each pair is merged or kept as two."""

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import TemplateView

from ip2a import compartments
from ip2a.answers import Refused
from ip2a.pickers import number_of
from ip2a.views.generic import Guarded
from organizing.columns.workspace import standing_chip
from organizing.models import Campaign
from organizing.services import same


class SameWorkers(Guarded, TemplateView):
    model = Campaign
    verb = "change"
    template_name = "organizing/same.html"

    def get(self, request, *args, **kwargs):
        compartments.note_opening(request, self.record)
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        first, second = (number_of(request.POST.get(name)) or 0 for name in ("first", "second"))
        act = request.POST.get("act")
        try:
            if act == "two":
                same.not_the_same(self.record, first=first, second=second, by=request.user)
                messages.success(request, "They are two people. The pair is not shown again.")
            elif act in ("first", "second"):
                keep, gone = (first, second) if act == "first" else (second, first)
                kept = same.merge(self.record, keep=keep, gone=gone, by=request.user)
                messages.success(request, f"They are one worker now: {kept}.")
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect(request.path)

    def get_context_data(self, **kwargs):
        campaign = self.record
        found = [
            (pair, [(one, standing_chip(one.standing)) for one in (pair.first, pair.second)])
            for pair in same.pairs(campaign)
        ]
        return super().get_context_data(
            title="Workers who may be one and the same",
            crumbs=[
                ("Campaigns", reverse("organizing:campaign_list")),
                (str(campaign), campaign.get_absolute_url()),
                ("One and the same?", None),
            ],
            found=found,
            campaign=campaign,
            **kwargs,
        )
