"""The import desk: hand in a file, see how it is read, try it out, import it, take it back."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import django_filters as filters
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers
from django.views.generic import FormView, TemplateView

from ip2a.answers import Refused
from ip2a.filters import ChoiceFilter, DayRangeFilter, TextFilter
from ip2a.imports import batches, kinds, showing, tasks
from ip2a.models import ImportBatch
from ip2a.tables import Column
from ip2a.views.generic import Guarded, RecordList
from ip2a.words import format_moment

State = ImportBatch.State
CRUMB = ("Import desk", "/imports/")
COLUMNS = [
    Column("file", "File", lambda b: b.file_name, sort=("file_name",), kind="link"),
    Column("kind", "What", lambda b: kinds.find(b.kind).label, sort=("kind",)),
    Column("state", "State", lambda b: b.state, sort=("state",), kind="state", show=ImportBatch.get_state_display),
    Column("read", "Rows", lambda b: b.outcome.get("read"), kind="number"),
    Column("added", "Added", lambda b: b.outcome.get("added"), kind="number"),
    Column("updated", "Updated", lambda b: b.outcome.get("updated"), kind="number"),
    Column("refused", "Refused", lambda b: b.outcome.get("refused"), kind="number"),
    Column("who", "Who", lambda b: b.by.get_full_name() if b.by else "A command", kind="word"),
    Column("when", "When", lambda b: b.created_at, sort=("created_at",), kind="moment"),
]


class ImportDesk(Guarded):
    """Only for those who may import; of batches, only those of kinds they may import."""

    model = ImportBatch

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            guard(request.user)
        return super().dispatch(request, *args, **kwargs)

    def visible(self):
        return showing.visible_batches(self.request.user)


def guard(user: Any) -> None:
    if not user.has_perm("ip2a.import_records"):
        raise PermissionDenied("Your role may not import. Ask an administrator for the right.")


def at_the_desk(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """First who is there, then whether they may import, then everything else."""

    @login_required
    @wraps(view)
    def guarded(request, *args, **kwargs):
        guard(request.user)
        return view(request, *args, **kwargs)

    return guarded


def batch_for(request, pk: int) -> ImportBatch:
    return get_object_or_404(showing.visible_batches(request.user), pk=pk)


class BatchFilter(filters.FilterSet):
    q = TextFilter(label="File", field_name="file_name", lookup_expr="icontains", widget=forms.SearchInput())
    kind = ChoiceFilter(label="What", choices=lambda: [(kind.key, kind.label) for kind in kinds.kinds()])
    state = ChoiceFilter(choices=State)
    who = TextFilter(label="Who", method="by_person")
    when = DayRangeFilter(label="When", field_name="created_at__date")

    class Meta:
        model = ImportBatch
        fields: list[str] = []

    def by_person(self, rows, name, value):
        return rows.filter(Q(by__first_name__icontains=value) | Q(by__last_name__icontains=value))


class BatchList(ImportDesk, RecordList):
    title = "Import desk"
    filterset_class = BatchFilter
    columns = COLUMNS
    default_order = "-when"
    main_filters = ("kind", "state", "who")
    create_label = "Import a file"
    empty_text = (
        "Members, employers, contacts and jobs can come from a spreadsheet or from the old system. "
        "You see what would happen before anything is written, and can take it back afterwards."
    )

    def rows(self):
        return self.visible().select_related("by")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        url = reverse("imports:batch_create")
        context["empty"] |= {"action_url": url, "action_label": self.create_label}
        return {**context, "create_url": url}


class UploadForm(forms.Form):
    kind = forms.ChoiceField(label="What is in the file", widget=forms.RadioSelect)
    file = forms.FileField(
        help_text="CSV or Excel (.xlsx), also packed with gzip. The first row names the columns.",
        max_length=255,
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        allowed = [kind for kind in kinds.kinds() if batches.may_import(user, kind.key)]
        self.fields["kind"].choices = [(kind.key, f"{kind.label}: {_small(kind.about)}") for kind in allowed]


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


class BatchCreate(ImportDesk, FormView):
    template_name = "ip2a/record_form.html"
    form_class = UploadForm

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "user": self.request.user}

    def form_valid(self, form):
        upload = form.cleaned_data["file"]
        try:
            batch = batches.receive(upload.file, upload.name, kind=form.cleaned_data["kind"], by=self.request.user)
        except Refused as refusal:
            form.add_error("file", str(refusal))
            return self.form_invalid(form)
        return redirect(batch)

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            title="Import a file",
            crumbs=[CRUMB, ("Import a file", None)],
            submit_label="Upload and look at it",
            cancel_url=reverse("imports:batch_list"),
            **kwargs,
        )


class BatchDetail(ImportDesk, TemplateView):
    """Where the import stands, and what to do next."""

    template_name = "ip2a/imports/batch.html"

    def get_context_data(self, **kwargs):
        batch, user = self.record, self.request.user
        kind = kinds.find(batch.kind)
        is_stuck = batches.is_stuck(batch)
        is_open = State.CHECKING in ImportBatch.NEXT[State(batch.state)] and not batch.is_running
        return super().get_context_data(
            batch=batch,
            kind=kind,
            title=f"{kind.label} from {batch.file_name}",
            crumbs=[CRUMB, (batch.file_name, None)],
            is_stuck=is_stuck,
            is_open=is_open,
            columns=showing.columns_of(batch) if is_open else [],
            choices=showing.choices_of(batch.kind),
            lacking_text=showing.lacking_text(batch) if is_open else "",
            taken_back={"deleted": 0, "restored": 0}
            | batch.undo_outcome.get("by_model", {}).get(kind.model._meta.label_lower, {}),
            left_alone=showing.left_alone(batch),
            job=showing.job_of(batch, reverse("imports:batch_progress", args=[batch.pk])) if batch.is_running else None,
            outcome=batch.outcome,
            may_run=is_open and batch.state == State.CHECKED,
            nothing_to_do=not (batch.outcome.get("added") or batch.outcome.get("updated")),
            kept=showing.kept_columns(batch, user),
            kept_samples=showing.kept_samples(batch, user),
            hidden=showing.hidden_columns(batch, user),
            facts=self.facts(batch, kind),
            **kwargs,
        )

    def facts(self, batch: ImportBatch, kind: kinds.Kind) -> list[tuple[str, Any]]:
        return [
            ("What", kind.label),
            ("Handed in by", batch.by.get_full_name() if batch.by else "A command"),
            ("When", format_moment(batch.created_at)),
            ("Size", f"{max(batch.size // 1024, 1):,} KB"),
        ]


@at_the_desk
@require_POST
def choose_columns(request, pk: int):
    """Keep how the columns are read, then try it out with that."""
    batch = batch_for(request, pk)
    asked = [column for column in showing.columns_of(batch) if column.field_name in request.POST]
    told = {column.header: request.POST[column.field_name] for column in asked}
    try:
        if any(told[column.header] != column.reads_as for column in asked):
            batch = batches.choose(batch, told=told, by=request.user)
        batches.start(batch, to=State.CHECKING, by=request.user, enqueue=tasks.enqueue)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(batch)


@at_the_desk
@require_POST
def start(request, pk: int):
    """Import, or begin again what was interrupted."""
    batch = batch_for(request, pk)
    wanted = batch.state if batch.is_running else State.IMPORTING
    try:
        batches.start(batch, to=wanted, by=request.user, enqueue=tasks.enqueue)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(batch)


@at_the_desk
@require_GET
@vary_on_headers("HX-Request")
def progress(request, pk: int):
    """The moving part of a running import; when it has ended, the page is loaded anew."""
    batch = batch_for(request, pk)
    if not request.htmx:
        return redirect(batch)
    if not batch.is_running or batches.is_stuck(batch):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "ip2a/_progress.html", {"job": showing.job_of(batch, request.path)})


@at_the_desk
@require_GET
def refused(request, pk: int):
    """The refused rows, to be mended and imported again."""
    batch = batch_for(request, pk)
    if not batch.report:
        raise Http404("This import refused no row.")
    response = StreamingHttpResponse(showing.refused_rows(batch, request.user), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="refused-{batch.pk}.csv"'
    return response


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="Why",
        max_length=300,
        help_text="Stays in the history of every record that is taken back.",
        widget=forms.Textarea({"rows": 2}),
    )


class BatchUndo(ImportDesk, FormView):
    """Ask once more, with the reason, before a whole import is taken back."""

    template_name = "ip2a/confirm.html"
    form_class = ReasonForm

    def get(self, request, *args, **kwargs):
        answer = batches.may_start(self.record, State.UNDOING)
        if not answer:
            messages.error(request, answer.reason)
            return redirect(self.record)
        return super().get(request, *args, **kwargs)

    def form_valid(self, form):
        reason = form.cleaned_data["reason"]
        try:
            batches.start(self.record, to=State.UNDOING, by=self.request.user, enqueue=tasks.enqueue, reason=reason)
        except Refused as refusal:
            messages.error(self.request, str(refusal))
        return redirect(self.record)

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs):
        batch, context = self.record, super().get_context_data(**kwargs)
        outcome = batch.outcome
        changed = outcome.get("updated", 0) - outcome.get("unchanged", 0)
        return {
            **context,
            "title": f"Take back {batch.file_name}",
            "crumbs": [CRUMB, (batch.file_name, batch.get_absolute_url()), ("Take back", None)],
            "question": "Take this whole import back?",
            "consequences": [
                f"{outcome.get('added', 0):,} added records are deleted.",
                f"{changed:,} changed records get their old values back.",
                "Records that somebody changed since, or that others use by now, are left alone and named.",
                "The history keeps all of it, with your reason.",
            ],
            "reason_field": context["form"],
            "submit_label": "Take the import back",
            "danger": True,
            "cancel_url": batch.get_absolute_url(),
        }
