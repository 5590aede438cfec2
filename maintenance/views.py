from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.views.generic import TemplateView, View

from ip2a.paging import page_number, paginate
from ip2a.tables import Column, Table
from ip2a.views.generic import Guarded
from maintenance import doctor, findings
from maintenance.models import Finding
from maintenance.registry import Check, check_named

CRUMB = "Data findings"


class FindingList(Guarded, TemplateView):
    """What the last round over all data found: one sentence each, with examples and what to do."""

    model = Finding
    template_name = "maintenance/finding_list.html"

    def get_context_data(self, **kwargs):
        told = findings.told_to(self.request.user)
        doubtful = [one for one in told if one.is_open]
        findings.add_examples(doubtful, self.request.user)
        return super().get_context_data(
            title=CRUMB,
            crumbs=[(CRUMB, None)],
            doubtful=doubtful,
            healthy=[one for one in told if not one.is_open],
            checked_at=findings.last_checked(told),
            **kwargs,
        )


class FindingDetail(Guarded, TemplateView):
    """Every record of one finding, looked up now, page by page."""

    model = Finding
    template_name = "maintenance/finding_detail.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.check = check_named(kwargs["name"])

    def address(self, page: int) -> str:
        return f"{self.request.path}?page={page}"

    def get_context_data(self, **kwargs):
        check = self.check
        if check is None or not check.is_visible_to(self.request.user):
            raise Http404("No check has this name.")
        meta = check.model._meta
        noun = (str(meta.verbose_name), str(meta.verbose_name_plural))
        page = paginate(_ordered(check), page_number(self.request.GET.get("page")), noun, self.address)
        finding = Finding.objects.filter(check_name=check.name).first()
        return super().get_context_data(
            title=check.say(finding.count if finding else page.total or 0).rstrip("."),
            crumbs=[(CRUMB, "/findings/"), (noun[1].capitalize(), None)],
            check=check,
            chip=findings.severity_chip(check.severity),
            finding=finding,
            page=page,
            table=Table(_columns(check), page.records, caption=page.count_label),
            **kwargs,
        )


def _ordered(check: Check):
    rows = check.find()
    names = {field.name for field in check.model._meta.get_fields()}
    return rows.order_by("sort_key", "pk") if "sort_key" in names else rows.order_by("-pk")


def _columns(check: Check) -> list[Column]:
    columns = [Column("record", str(check.model._meta.verbose_name).capitalize(), str, kind="link")]
    if check.fact is not None:
        columns.append(Column("fact", "What is doubtful", check.fact))
    return columns


class FindingCheck(Guarded, View):
    """Look through everything now."""

    model = Finding
    http_method_names = ["post"]

    def post(self, request):
        seen = doctor.examine()
        if seen is None:
            messages.info(request, "Somebody else started a check a moment ago. Open this page again in a few seconds.")
        else:
            found = sum(1 for one in seen if one.count or one.trouble)
            verdict = (
                f"{found} of {len(seen)} checks found something." if found else f"all {len(seen)} checks are well."
            )
            messages.success(request, f"Everything was looked at: {verdict}")
        return redirect("maintenance:finding_list")
