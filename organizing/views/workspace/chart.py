"""The wall chart: on screen, by keyboard, without script, and on tabloid paper."""

from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.views.generic import TemplateView

from ip2a import compartments
from ip2a.views.around import around
from ip2a.views.generic import Guarded
from organizing.columns.workspace import SHAPES
from organizing.counting import wallchart
from organizing.counting.cards import list_for
from organizing.filters.workspace import WorkerFilter
from organizing.models import Assessment, Campaign, UnitList, Worker, WorkerStanding
from organizing.rules.shared import may_work_now

SHAPE_OF = {look: SHAPES[key] for key, (look, _) in wallchart.LOOKS.items()}
ASKED = ("q", "standing", "crew", "shift", "site", "organizer", "stale", "card")


def drawn(tile: wallchart.Tile, worker_url: str, may_assess: bool) -> str:
    """A tile's HTML. Put together in Python: two thousand of them stand on one page."""
    marks = ""
    if tile.card:
        marks += f'<b class="cd cd--{tile.card}">{wallchart.CARD_WORDS[tile.card]}</b>'
    if tile.is_stale:
        marks += '<b class="stale">Stale</b>'
    who = escape(tile.organizer)
    detail = escape(tile.detail) + (f" · {who}" if tile.detail and who else who)
    url = f"{worker_url}{tile.pk}/"
    act = f'<a class="as" href="{url}assess/">Assess<span class="sr-only"> {escape(tile.name)}</span></a>'
    return (
        f'<li class="tile tile--{tile.look}" id="w{tile.pk}"><a class="nm" href="{url}">{escape(tile.name)}</a>'
        f'<span class="st"><svg aria-hidden="true"><use href="#{tile.look}"/></svg>{tile.word}</span>{marks}'
        f"<small>{detail}</small>{act if may_assess else ''}</li>"
    )


@around(transaction.non_atomic_requests)
class WallChart(Guarded, TemplateView):
    model = Campaign
    template_name = "organizing/wallchart.html"

    def get(self, request, *args, **kwargs):
        compartments.note_opening(request, self.record)
        return super().get(request, *args, **kwargs)

    @property
    def by(self) -> str:
        asked = self.request.GET.get("by", "")
        return asked if asked in wallchart.GROUPS else "crew"

    def rows(self):
        return Worker.objects.visible_to(self.request.user).filter(campaign=self.record).here()

    def unit_list(self) -> UnitList | None:
        return list_for(self.record)

    def groups(self, filtered) -> list[dict]:
        may = bool(may_work_now(self.request.user, self.record, "add", Assessment))
        worker_url = reverse("organizing:worker_list")
        found = wallchart.grouped(wallchart.tiles(filtered, self.record, self.by, self.unit_list()), self.by)
        return [
            {
                "name": group.name,
                "count": len(group.tiles),
                "counts": group.counts,
                "html": mark_safe("".join(drawn(tile, worker_url, may) for tile in group.tiles)),
            }
            for group in found
        ]

    def get_context_data(self, **kwargs):
        campaign, get = self.record, self.request.GET
        given = {name: get[name] for name in ASKED if get.get(name)}
        filterset = WorkerFilter(given or None, self.rows(), request=self.request)
        filtered = (filterset.qs if filterset.form.is_valid() else self.rows().none()) if given else self.rows()
        groups = self.groups(filtered)
        return super().get_context_data(
            title=f"Wall chart: {campaign}",
            crumbs=[
                ("Campaigns", reverse("organizing:campaign_list")),
                (str(campaign), campaign.get_absolute_url()),
                ("Wall chart", None),
            ],
            campaign=campaign,
            unit_list=self.unit_list(),
            groups=groups,
            total=sum(group["count"] for group in groups),
            by=self.by,
            ways=wallchart.GROUPS.items(),
            fields=[filterset.form[name] for name in ASKED],
            is_filtered=bool(given),
            shapes=defined(),
            standings=[(key, word, wallchart.LOOKS[key][0]) for key, word in WorkerStanding.choices],
            legend=[(look, word) for look, word in wallchart.LOOKS.values()],
            stale_days=wallchart.stale_days(campaign),
            **kwargs,
        )


def defined() -> SafeString:
    """Each shape once; the tiles point to them."""
    return mark_safe(
        "".join(f'<symbol id="{look}" viewBox="0 0 10 10">{shape}</symbol>' for look, shape in SHAPE_OF.items())
    )


def one_tile(request, worker: Worker, said: str) -> HttpResponse:
    """A tile after it was assessed in place, and what is to be said of it."""
    asked = request.POST.get("by", "")
    by = asked if asked in wallchart.GROUPS else "crew"
    rows = Worker.objects.visible_to(request.user).filter(pk=worker.pk)
    tile = next(wallchart.tiles(rows, worker.campaign, by, list_for(worker.campaign)))
    html = drawn(tile, reverse("organizing:worker_list"), True)
    return HttpResponse(f"{html}<li data-said>{escape(said)}</li>")
