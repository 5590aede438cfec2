"""A table becomes part of a unit list: choose it among the list's documents, see what would happen, take it in."""

from io import BytesIO

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect
from django.views.generic import TemplateView

from ip2a import audit, compartments
from ip2a.answers import Refused
from ip2a.attachments import store
from ip2a.models import Attachment
from ip2a.pickers import number_of
from ip2a.views.around import around
from ip2a.views.generic import Guarded
from organizing import models
from organizing.forms_acts.workspace import BecauseForm
from organizing.rules import campaigns as rules
from organizing.services import taking
from organizing.views.workspace.acts import Act, crumbs_of

TABLES = (".csv", ".xlsx", ".txt", ".tsv")
SHOWN = 50


@around(transaction.non_atomic_requests)
class ListTakeIn(Guarded, TemplateView):
    model = models.UnitList
    verb = "change"
    template_name = "organizing/list_import.html"

    def visible(self):
        return super().visible().select_related("campaign")

    def documents(self) -> list[Attachment]:
        rows = Attachment.objects.visible_beside(self.request.user, self.record).live().kept()
        return [one for one in rows if one.original_name.lower().endswith(TABLES)]

    def chosen(self, given) -> Attachment | None:
        number = number_of(given.get("document"))
        if number is None:
            return None
        found = next((one for one in self.documents() if one.pk == number), None)
        if found is None:
            raise Http404("The list has no such document.")
        return found

    def get(self, request, *args, **kwargs):
        answer = rules.may_import(request.user, self.record)
        if not answer:
            messages.error(request, answer.reason)
            return redirect(self.record)
        compartments.note_opening(request, self.record)
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        document = self.chosen(request.POST)
        if document is None:
            return redirect(request.path)
        try:
            with audit.acting(user=request.user):
                done = taking.take_in(
                    _opened(document), document.original_name, self.record, sha256=document.sha256, by=request.user
                )
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect(f"{request.path}?document={document.pk}")
        new, known = len(done.workers), len(done.entries) - len(done.workers)
        left = f" {done.refused:,} rows stayed out." if done.refused else ""
        messages.success(request, f"{new:,} new workers and {known:,} known ones stand on the list now.{left}")
        return redirect(self.record)

    def get_context_data(self, **kwargs):
        document, found, problem = self.chosen(self.request.GET), None, ""
        if document is not None:
            try:
                found = taking.read(_opened(document), document.original_name, self.record, by=self.request.user)
            except Refused as refusal:
                problem = str(refusal)
        return super().get_context_data(
            title=f"Take in a table: {self.record}",
            crumbs=[*crumbs_of(self.record), ("Take in a table", None)],
            unit_list=self.record,
            documents=self.documents(),
            document=document,
            found=found,
            problem=problem,
            new=found.new[:SHOWN] if found else [],
            refused=found.refused[:SHOWN] if found else [],
            **kwargs,
        )


def _opened(document: Attachment) -> BytesIO:
    return BytesIO(b"".join(store.part(document.path, 0, document.size)))


class ListImportUndo(Act):
    """Take a table back, as far as nobody built on it."""

    model = models.ListImport
    form_class = BecauseForm
    submit_label = "Take the table back"
    danger = True

    def visible(self):
        return self.model.objects.visible_to(self.request.user).select_related("unit_list__campaign", "campaign")

    def may(self):
        return taking.may_take_back(self.request.user, self.record)

    @property
    def consequences(self):
        imported, kept = self.record, taking.built_on(self.record)
        said = [f"{len(imported.workers):,} workers and {len(imported.entries):,} entries came with it."]
        if kept:
            said.append(f"{len(kept):,} of the workers are left alone, with their entries:")
            said += [f"{worker} {why}." for worker, why in kept[: taking.MOST_NAMED]]
        return tuple(said)

    def do(self, values):
        done = taking.take_back(self.record, reason=values["reason"], by=self.request.user)
        left = ", ".join(str(worker) for worker, _ in done.kept[:10])
        more = f" and {len(done.kept) - 10:,} more" if len(done.kept) > 10 else ""
        stays = f" Left alone, because somebody went on with them: {left}{more}." if done.kept else ""
        return f"{done.entries:,} entries and {done.workers:,} workers were taken back.{stays}"

    def get(self, request, *args, **kwargs):
        answer = self.may()
        if not answer:
            messages.error(request, answer.reason)
            return redirect(self.record.unit_list)
        compartments.note_opening(request, self.record.unit_list)
        return super().get(request, *args, **kwargs)

    def next_url(self):
        return self.record.unit_list.get_absolute_url()

    def crumbs(self):
        return [*crumbs_of(self.record.unit_list), (self.submit_label, None)]

    def get_context_data(self, **kwargs):
        unit_list = self.record.unit_list
        return _base(self, **kwargs) | {"crumbs": self.crumbs(), "cancel_url": unit_list.get_absolute_url()}


def _base(view, **kwargs):
    """The page's context without the addresses of a model that has no page of its own."""
    form = kwargs.get("form") or view.get_form()
    return {
        "form": form,
        "reason_field": form,
        "view": view,
        "title": view.title(),
        "facts": view.facts(),
        "consequences": view.consequences,
        "submit_label": view.submit_label,
        "danger": view.danger,
    }
