"""Documents of a record: add, look at, download, describe, remove and restore."""

from functools import cached_property

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.generic import TemplateView, View

from ip2a import audit, compartments, services
from ip2a.answers import Refused
from ip2a.attachments import forms, intake, serving, store
from ip2a.attachments.kinds import label_of
from ip2a.attachments.panel import upload_url
from ip2a.attachments.rules import may_attach, works_on
from ip2a.attachments.services import attach
from ip2a.models import Attachment
from ip2a.models.attachment import document_models
from ip2a.rules import has_right, may_remove
from ip2a.views.around import around
from ip2a.views.generic import Guarded, RecordAct, RecordDetail, RecordUpdate
from ip2a.views.history import RecordHistory
from ip2a.words import format_moment


class OfDocument(Guarded):
    """A page of one document. Documents have no list of their own: they stand on their record's page."""

    model = Attachment

    def url_of(self, page: str, *args) -> str:
        return self.subject.get_absolute_url() if page == "list" else reverse(f"attachment_{page}", args=args)

    @cached_property
    def subject(self):
        return self.record.record

    def get_context_data(self, **kwargs):
        subject = self.subject
        name = str(subject._meta.verbose_name).capitalize()
        trail = [(f"{name} {subject}", f"{subject.get_absolute_url()}#documents"), (str(self.record), None)]
        context = super().get_context_data(**kwargs)
        return {**context, "crumbs": trail}


@around(csrf_exempt, transaction.non_atomic_requests)
class Upload(Guarded, View):
    """Adds files to a record.

    The files are measured while they stream in, so the upload handler must be set before anything reads the request:
    the check for forgery, which does, is made after that. No transaction waits for a slow sender: each file has one.
    """

    model = Attachment
    template_name = "ip2a/attachment_form.html"

    @property
    def verb(self) -> str:
        return "view" if self.model_named and works_on(self.request.user, self.model_named) else "add"

    @cached_property
    def model_named(self):
        return next((m for m in document_models() if m._meta.label_lower == self.kwargs["label"]), None)

    @cached_property
    def record(self):
        """What the documents belong to: any record of a model that takes documents."""
        if self.model_named is None:
            raise Http404
        return get_object_or_404(self.model_named._default_manager.visible_to(self.request.user), pk=self.kwargs["pk"])

    def get(self, request, *args, **kwargs):
        return self.page(forms.UploadForm())

    def post(self, request, *args, **kwargs):
        self.handler = intake.MeasuringUploadHandler(request)
        request.upload_handlers = [self.handler]
        return self.receive(request)

    @method_decorator(csrf_protect)
    def receive(self, request):
        form = forms.UploadForm(request.POST, request.FILES)
        refusals = self.handler.refusals()
        form.fields["files"].required = form.came_whole() and not refusals
        if not form.came_whole():
            return self.page(form, ["The upload broke off before its end, so nothing was added. Send it again."], 400)
        if not form.is_valid():
            return self.page(form, refusals, 422)
        with audit.acting(user=request.user):
            return self.keep(form, refusals)

    def keep(self, form, refusals: list[str]):
        added = []
        about = {name: form.cleaned_data[name] for name in ("category", "description")}
        for file in self.request.FILES.getlist("files"):
            try:
                added.append(attach(self.record, file, by=self.request.user, **about))
            except Refused as refusal:
                refusals.append(str(refusal))
        if added:
            names = ", ".join(row.original_name for row in added)
            messages.success(self.request, f"Added to {self.record}: {names}.")
        if refusals:
            return self.page(form, refusals, 422)
        return redirect(f"{self.record.get_absolute_url()}#documents")

    def page(self, form, refusals: list[str] = (), status: int = 200):
        record = self.record
        for refusal in refusals:
            form.add_error(None, refusal)
        context = {
            "title": "Add documents",
            "crumbs": [(str(record), f"{record.get_absolute_url()}#documents"), ("Add documents", None)],
            "form": form,
            "record": record,
            "noun": record._meta.verbose_name,
            "upload_url": upload_url(record),
            "refused_because": may_attach(self.request.user, record, is_seen=True).reason,
            "cancel_url": f"{record.get_absolute_url()}#documents",
        }
        return render(self.request, self.template_name, context, status=status)


class AttachmentDetail(OfDocument, RecordDetail):
    def facts(self):
        row = self.record
        return [
            ("Category", row.get_category_display()),
            ("Kind", label_of(row.media_type)),
            ("Size", filesizeformat(row.size)),
            *([] if row.is_kept else [("File", "Not stored here: only these facts are recorded")]),
            ("Added", format_moment(row.created_at)),
            ("Added by", row.uploader or "A command"),
        ]

    def aside_facts(self):
        row, subject = self.record, self.subject
        noun = str(subject._meta.verbose_name).capitalize()
        described = [("Description", row.description)] if row.description else []
        return [(noun, _link(subject)), *described, ("Checksum (SHA-256)", row.sha256)]

    def verbs(self):
        row, user = self.record, self.request.user
        if not has_right(user, "delete", Attachment):
            return []
        if row.is_removed:
            return [{"label": "Bring back", "url": self.url_of("restore", row.pk), "method": "post"}]
        answer = may_remove(user, row)
        return [{"label": "Remove", "url": self.url_of("remove", row.pk), "disabled_reason": answer.reason}]

    def get_context_data(self, **kwargs):
        row = self.record
        context = super().get_context_data(**kwargs)
        download = {"label": "Download", "url": row.get_download_url(), "icon": "download"}
        edit = context["primary_action"]
        if not row.is_kept:
            return {**context, "primary_action": edit, "secondary_actions": []}
        return {**context, "primary_action": download, "secondary_actions": [edit] if edit else []}


def _link(record):
    return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record)


@around(transaction.non_atomic_requests)
class AttachmentDownload(Guarded, View):
    model = Attachment
    http_method_names = ["get", "head"]

    def get(self, request, *args, **kwargs):
        compartments.note_opening(request, self.record)
        try:
            return serving.respond(request, self.record)
        except store.NeverKept:
            return self.apologize("Only its facts are recorded here; its file was never brought into this system.", 404)
        except store.Missing:
            return self.apologize("The file is not in the store any more. Ask an administrator to restore it.", 404)
        except store.StoreUnavailable:
            return self.apologize("The file store does not answer. Try again in some minutes.", 503)

    def apologize(self, sentence: str, status: int):
        if self.record.is_kept:
            store.logger.error("Document %s could not be read: %s", self.record.pk, sentence)
        context = {"title": "This document cannot be opened now", "record": self.record, "sentence": sentence}
        return render(self.request, "ip2a/attachment_unavailable.html", context, status=status)


class AttachmentUpdate(OfDocument, RecordUpdate):
    form_class = forms.AttachmentForm


class AttachmentHistory(OfDocument, RecordHistory):
    pass


class AttachmentRemove(OfDocument, TemplateView):
    """Asks for the reason, then takes the document out of sight. The file stays in the store."""

    verb = "delete"
    template_name = "ip2a/confirm.html"

    def post(self, request, *args, **kwargs):
        try:
            services.remove(self.record, by=request.user, reason=request.POST.get("reason", ""))
        except Refused as refusal:
            form = forms.RemovalForm(request.POST)
            form.add_error(None, str(refusal))
            return self.render_to_response(self.get_context_data(reason_field=form), status=422)
        messages.success(
            request,
            f"{self.record} was removed.",
            extra_tags=f"undo:{reverse('attachment_restore', args=[self.record.pk])}",
        )
        return redirect(f"{self.subject.get_absolute_url()}#documents")

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            title=f"Remove {self.record}",
            consequences=["It leaves the list of documents. The file is kept, and you can bring it back."],
            submit_label="Remove",
            danger=True,
            cancel_url=self.record.get_absolute_url(),
            **{"reason_field": forms.RemovalForm(), **kwargs},
        )


class AttachmentRestore(OfDocument, RecordAct):
    verb = "delete"
    done_message = "{record} is back."

    def act(self, record, user):
        try:
            services.restore(record, by=user)
        except services.Taken as taken:
            raise Refused(taken.message) from taken

    def next_url(self, record):
        return f"{self.subject.get_absolute_url()}#documents"
