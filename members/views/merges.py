"""What was decided about duplicates: merges and pairs told apart, each with the way back."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404, redirect
from django.views.generic import TemplateView, View

from ip2a.answers import Refused
from ip2a.paging import Page, page_number, paginate
from members import merging, rules
from members.models import Distinct, Merge
from members.views.duplicates import OfKind


class DuplicateForget(OfKind, View):
    """POST: they may be the same after all."""

    http_method_names = ["post"]

    def post(self, request, *args, **kwargs):
        distinct = get_object_or_404(Distinct, pk=kwargs["pk"], kind=self.kind)
        try:
            merging.forget(distinct, by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "They are offered as possible duplicates again.")
        return redirect(self.url("decisions"))


class DuplicateDecisions(OfKind, TemplateView):
    """Which pairs somebody said are not the same."""

    template_name = "members/duplicate_decisions.html"

    def get_context_data(self, **kwargs):
        rows = Distinct.objects.filter(kind=self.kind).select_related("by")
        page = _page(self.request, rows, ("decision", "decisions"))
        records = self.model._default_manager.in_bulk({key for d in page.records for key in (d.one_key, d.other_key)})
        decisions = [(d, records.get(d.one_key), records.get(d.other_key)) for d in page.records]
        return super().get_context_data(
            title="Not the same", crumbs=self.crumbs("Not the same"), page=page, decisions=decisions, **kwargs
        )


class MergeList(OfKind, TemplateView):
    """What was merged by whom and why, each with the way back."""

    template_name = "members/merge_list.html"

    def get_context_data(self, **kwargs):
        rows = Merge.objects.filter(kind=self.kind).select_related("by", "undone_by")
        page = _page(self.request, rows, ("merge", "merges"))
        rows_of = self.model._default_manager.select_related("merged_into")
        records = rows_of.in_bulk({merge.survivor_key for merge in page.records})
        merges = [(merge, records[merge.survivor_key]) for merge in page.records]
        user = self.request.user
        return super().get_context_data(
            title="Merges",
            crumbs=self.crumbs("Merges"),
            page=page,
            merges=[(merge, survivor, rules.may_take_back(user, merge, survivor)) for merge, survivor in merges],
            **kwargs,
        )


class MergeTakeBack(OfKind, View):
    """POST: the two are two again."""

    http_method_names = ["post"]

    def post(self, request, *args, **kwargs):
        merge = get_object_or_404(Merge, pk=kwargs["pk"], kind=self.kind)
        try:
            result = merging.take_back(
                merge, by=request.user, reason=request.POST.get("reason", "").replace("\x00", "")
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect(self.url("merges"))
        messages.success(request, f"The merge was taken back: {merge.loser_name} is there again.")
        left = merging.left_words(result, request.user)
        if left:
            messages.warning(request, left)
        return redirect(self.model._default_manager.get(pk=merge.loser_key))


def _page(request: HttpRequest, rows: QuerySet, noun: tuple[str, str]) -> Page:
    def address(page: int) -> str:
        query = request.GET.copy()
        query["page"] = str(page)
        return f"{request.path}?{query.urlencode()}"

    return paginate(rows, page_number(request.GET.get("page")), noun, address)
