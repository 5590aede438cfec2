"""Finding, comparing and merging what may stand twice in the books."""

from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db import models
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.generic import TemplateView, View

from ip2a import merging as general
from ip2a.answers import Answer, Refused
from ip2a.paging import PAGE_SIZE, Page, page_number
from ip2a.pickers import PickerField, for_user, number_of
from ip2a.views.generic import Guarded
from members import comparing, duplicates, merging, rules
from members.models import Distinct, Merge


class OfKind(Guarded):
    """A page about duplicates of one kind: ``kind`` in the address says of what."""

    verb = "change"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.kind = kwargs["kind"]
        self.model = merging.MODELS.get(self.kind)

    def dispatch(self, request, *args, **kwargs):
        if self.model is None:
            raise Http404("There are no duplicates of that kind.")
        return super().dispatch(request, *args, **kwargs)

    def url(self, page: str, *args) -> str:
        return reverse(f"members:duplicate_{page}", args=[self.kind, *args])

    def get_context_data(self, **kwargs):
        kinds = [
            (label, reverse("members:duplicate_list", args=[kind]), kind == self.kind)
            for kind, label in Merge.Kind.choices
            if rules.may_forget(self.request.user, merging.MODELS[kind])
        ]
        return super().get_context_data(**{**kwargs, "kind": self.kind, "kinds": kinds, "nouns": self.model._meta})

    def crumbs(self, *further: str) -> list[tuple[str, str | None]]:
        label = Merge.Kind(self.kind).label
        return [
            ("Duplicates", reverse("members:duplicate_home")),
            (label, self.url("list")),
            *((word, None) for word in further),
        ]


class DuplicateHome(LoginRequiredMixin, View):
    """The menu's entry: leads to the first kind that this person may merge."""

    def get(self, request):
        kinds = [kind for kind in Merge.Kind if rules.may_forget(request.user, merging.MODELS[kind])]
        return redirect("members:duplicate_list", kind=kinds[0] if kinds else Merge.Kind.MEMBERS)


class DuplicateList(OfKind, TemplateView):
    """Pairs that look alike, the surest first; of one record with ``?record=``."""

    template_name = "members/duplicate_list.html"

    @cached_property
    def about(self):
        number = number_of(self.request.GET.get("record"))
        return self.visible().filter(pk=number).first() if number else None

    def get_context_data(self, **kwargs):
        found = duplicates.visible_pairs(self.request.user, self.kind, about=self.about)
        page = self.page_of(found)
        records = self.model._default_manager.in_bulk({key for pair in page.records for key in (pair.one, pair.other)})
        rows = [
            _row(pair, records[pair.one], records[pair.other])
            for pair in page.records
            if pair.one in records and pair.other in records
        ]
        return super().get_context_data(
            title="Duplicates",
            page=page,
            rows=rows,
            about=self.about,
            choose_url=self.url("choose") + (f"?one={self.about.pk}" if self.about else ""),
            **kwargs,
        )

    def page_of(self, found: list[duplicates.Pair]) -> Page:
        asked, last = page_number(self.request.GET.get("page")), max(1, -(-len(found) // PAGE_SIZE))
        number = min(asked, last)
        page = Page(
            number, last, found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE], len(found), ("pair", "pairs"), asked
        )
        if page.has_previous:
            page.first_url, page.previous_url = self.address(1), self.address(number - 1)
        if page.has_next:
            page.next_url, page.last_url = self.address(number + 1), self.address(last)
        return page

    def address(self, number: int) -> str:
        query = self.request.GET.copy()
        query["page"] = str(number)
        return f"{self.request.path}?{query.urlencode()}"


def _row(pair: duplicates.Pair, one: models.Model, other: models.Model) -> dict[str, Any]:
    first, second = comparing.fuller_first(one, other)
    return {"pair": pair, "one": one, "other": other, "first": first.pk, "second": second.pk}


class ChooseForm(forms.Form):
    """Any two records, by name or number. The fields are made for the model."""

    def __init__(self, *args, model, user, **kwargs):
        super().__init__(*args, **kwargs)
        noun = model._meta.verbose_name
        for name, label in (("one", f"One {noun}"), ("other", f"Another {noun}")):
            self.fields[name] = PickerField(model._meta.label_lower, label=label)
        for_user(self, user)

    def clean(self):
        data = super().clean()
        if data.get("one") and data.get("one") == data.get("other"):
            self.add_error("other", "That is the same one. Choose another.")
        return data


class DuplicateChoose(OfKind, TemplateView):
    """Two records that the finder does not offer are chosen by hand."""

    template_name = "members/duplicate_choose.html"

    def get(self, request, *args, **kwargs):
        is_asked = any(key in request.GET for key in ("other", "other_q", "other_choice", "find"))
        initial = {"one": number_of(request.GET.get("one"))}
        data = request.GET if is_asked else None
        form = ChooseForm(data, initial=initial, model=self.model, user=request.user)
        if is_asked and form.is_valid():
            first, second = comparing.fuller_first(form.cleaned_data["one"], form.cleaned_data["other"])
            return redirect(self.url("compare", first.pk, second.pk))
        context = self.get_context_data(
            form=form, title="Compare two", crumbs=self.crumbs("Compare two"), cancel_url=self.url("list")
        )
        return self.render_to_response(context)


class CompareForm(forms.Form):
    """Field by field which value stays, and why the two are the same."""

    reason = forms.CharField(
        label="How you know that they are the same",
        max_length=merging.LONGEST_REASON,
        help_text="Stays in the history of both, beside your name.",
    )

    def __init__(self, *args, lines: list[comparing.Line], **kwargs):
        super().__init__(*args, **kwargs)
        self.lines = [line for line in lines if line.differs]
        for line in self.lines:
            choices = [(comparing.KEEP, line.kept), (comparing.TAKE, line.taken)]
            choices += [(comparing.BOTH, "Both")] if line.can_join else []
            self.fields[f"take_{line.field}"] = forms.ChoiceField(choices=choices, label=line.label, required=False)

    def chosen(self) -> dict[str, str]:
        """By field; what was not said stays as proposed."""
        return {line.field: self._choice(line) for line in self.lines}

    def _choice(self, line: comparing.Line) -> str:
        given = self.cleaned_data if self.is_bound and hasattr(self, "cleaned_data") else {}
        return given.get(f"take_{line.field}") or line.proposed


class DuplicateCompare(OfKind, TemplateView):
    """Two records side by side; then the check of what will be; then the merge."""

    @cached_property
    def survivor(self):
        return get_object_or_404(self.visible(), pk=self.kwargs["one"])

    @cached_property
    def loser(self):
        return get_object_or_404(self.visible(), pk=self.kwargs["other"])

    @property
    def answer(self) -> Answer:
        return rules.may_merge(self.request.user, self.survivor, self.loser)

    def get(self, request, *args, **kwargs):
        return self.side_by_side(CompareForm(lines=comparing.lines(self.survivor, self.loser)))

    def post(self, request, *args, **kwargs):
        form = CompareForm(request.POST, lines=comparing.lines(self.survivor, self.loser))
        step = request.POST.get("step")
        if not form.is_valid():
            return self.side_by_side(form, status=422)
        if step == "merge":
            return self.merge(form)
        return self.side_by_side(form) if step == "change" or not self.answer else self.check(form)

    def side_by_side(self, form: CompareForm, status: int = 200):
        self.template_name = "members/duplicate_compare.html"
        chosen = form.chosen()
        keys = sorted((self.survivor.pk, self.loser.pk))
        context = self.get_context_data(
            form=form,
            title="Compare two",
            lines=[(line, chosen.get(line.field)) for line in comparing.lines(self.survivor, self.loser)],
            refused_because=self.answer.reason,
            pair=duplicates.pair_of(self.survivor, self.loser),
            decided=Distinct.objects.filter(kind=self.kind, one_key=keys[0], other_key=keys[1]).first(),
            swap_url=self.url("compare", self.loser.pk, self.survivor.pk),
            apart_url=self.url("tell_apart", self.survivor.pk, self.loser.pk),
        )
        return self.render_to_response(context, status=status)

    def check(self, form: CompareForm):
        """What will be, before it is."""
        self.template_name = "members/merge_check.html"
        chosen = form.chosen()
        lines = comparing.lines(self.survivor, self.loser)
        context = self.get_context_data(
            form=form,
            title="Check before merging",
            result=[(line.label, comparing.outcome(line, chosen.get(line.field, ""))) for line in lines],
            chosen=chosen,
            moves=general.preview(self.loser, self.request.user),
        )
        return self.render_to_response(context)

    def merge(self, form: CompareForm):
        try:
            done = merging.merge(
                self.survivor,
                self.loser,
                choices=form.chosen(),
                by=self.request.user,
                reason=form.cleaned_data["reason"],
                versions=self.compared(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
            del self.survivor, self.loser  # as they stand now, not as they were
            return self.side_by_side(form, status=422)
        undo = reverse("members:duplicate_take_back", args=[self.kind, done.pk])
        messages.success(self.request, f"{done.loser_name} is now a part of this one.", extra_tags=f"undo:{undo}")
        return redirect(self.survivor)

    def compared(self) -> tuple[int, int]:
        """The versions that stood on the page; a form without them compared nothing."""
        return tuple(number_of(self.request.POST.get(name)) or 0 for name in ("survivor_version", "loser_version"))

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            crumbs=self.crumbs("Compare two"),
            survivor=self.survivor,
            loser=self.loser,
            cancel_url=self.url("list"),
            **kwargs,
        )


class DuplicateTellApart(DuplicateCompare):
    """POST: these two are not the same, and why."""

    http_method_names = ["post"]

    def post(self, request, *args, **kwargs):
        try:
            made = merging.tell_apart(
                self.survivor,
                self.loser,
                by=request.user,
                reason=request.POST.get("apart_reason", "").replace("\x00", ""),
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect(self.url("compare", self.survivor.pk, self.loser.pk))
        undo = reverse("members:duplicate_forget", args=[self.kind, made.pk])
        messages.success(
            request,
            f"{self.survivor} and {self.loser} are not the same: they are not offered again.",
            extra_tags=f"undo:{undo}",
        )
        return redirect(self.url("list"))
