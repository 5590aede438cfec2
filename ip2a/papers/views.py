"""One page for a paper: read the draft, change it, see how it prints, print it, keep it. Nothing is sent."""

from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.vary import vary_on_headers
from django.views.generic import View

from ip2a import compartments, pdf
from ip2a.answers import Refused
from ip2a.attachments.rules import may_attach
from ip2a.models import PaperDraft
from ip2a.papers import drafting, registry, rules, services, wording
from ip2a.papers.registry import Paper
from ip2a.services import Conflict
from ip2a.views.around import around
from ip2a.views.guarded import Guarded


class DraftForm(forms.Form):
    body = forms.CharField(
        label="Text",
        max_length=wording.LONGEST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 26, "spellcheck": "true", "data-draft": True}),
        help_text="An empty line parts paragraphs. # makes a heading, - a list, **bold** is bold, [ ] is a box to "
        "tick, ____ a line to fill in by pen.",
        error_messages={"required": "The paper is empty. Write something, or start again from the record."},
    )

    def clean_body(self) -> str:
        body = self.cleaned_data["body"].replace("\r\n", "\n").replace("\r", "\n")
        if not body.strip():
            raise forms.ValidationError(self.fields["body"].error_messages["required"])
        return body


@around(vary_on_headers("HX-Request"))
class Drafting(Guarded, View):
    """What is posted says by ``act`` what to do with the text: preview, save, print, keep, or go on writing."""

    model = PaperDraft
    verb = "add"
    template_name = "ip2a/papers/draft.html"

    @cached_property
    def kind(self) -> Paper:
        kind = registry.named(self.kwargs["key"])
        if kind is None or kind.model != self.kwargs["label"]:
            raise Http404
        return kind

    @cached_property
    def record(self):
        """What the paper is about; outside of what this person may see there is no such page."""
        model = registry.model_of(self.kind)
        return get_object_or_404(model._default_manager.visible_to(self.request.user), pk=self.kwargs["pk"])

    @cached_property
    def latest(self) -> PaperDraft | None:
        return services.latest(self.kind, self.record)

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and request.user.has_perm("ip2a.add_paperdraft"):
            answer = rules.may_draft(request.user, self.record, self.kind)
            if not answer:
                raise PermissionDenied(answer.reason)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, *args, **kwargs):
        compartments.note_opening(request, self.record)
        is_taken_up = self.latest is not None and self.latest.is_open and "fresh" not in request.GET
        text = self.latest.body if is_taken_up else drafting.drafted(self.kind, self.record, request.user)
        form = DraftForm(initial={"body": text})
        return self.page(form, text, is_taken_up=is_taken_up, draft_token=services.token(self.latest))

    def post(self, request, *args, **kwargs):
        form, act = DraftForm(request.POST), request.POST.get("act")
        if act in ("preview", "edit") or not form.is_valid():
            is_refused = act not in ("preview", "edit")
            text = request.POST.get("body", "")[: wording.LONGEST]
            return self.page(
                form if is_refused else DraftForm(initial={"body": text}), text, 422 if is_refused else 200
            )
        text = form.cleaned_data["body"]
        if act == "print":
            return self.print(text)
        try:
            return self.keep(text) if act == "keep" else self.save(text)
        except Conflict as conflict:
            return self.overtaken(form, text, conflict.current)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.page(form, text, 422)

    @property
    def opened(self) -> str:
        """The token of the draft that this page was opened with."""
        return self.request.POST.get("opened", "")

    def save(self, text: str) -> HttpResponse:
        services.save(self.kind, self.record, body=text, by=self.request.user, opened=self.opened)
        messages.success(self.request, "The draft is saved. Come back to it whenever you like.")
        return redirect(self.request.path)

    def keep(self, text: str) -> HttpResponse:
        record = self.record
        document = services.keep(self.kind, record, body=text, by=self.request.user, opened=self.opened)
        home = self.kind.home(record)
        where = f"{document.original_name} stands among the documents of {home}. It was not sent to anybody."
        if not pdf.is_available():
            where += " This machine cannot make PDF, so the words were kept as a text file."
        messages.success(self.request, where)
        return redirect(f"{home.get_absolute_url()}#documents")

    def print(self, text: str) -> HttpResponse:
        compartments.note_opening(self.request, self.record)
        context = {
            **drafting.paper_context(self.kind, text, self.request.user),
            "on_screen": True,
            "text": text,
            "opened": self.opened,
            "draft_url": self.request.path,
        }
        return HttpResponse(pdf.render_html("ip2a/papers/print.html", context, self.request))

    def overtaken(self, form: DraftForm, text: str, now: PaperDraft | None) -> HttpResponse:
        """Somebody else saved or kept this paper meanwhile: both texts are shown, and nothing typed is lost."""
        return self.page(form, text, 409, overtaken=True, theirs=now, draft_token=services.token(now))

    def page(self, form: DraftForm, text: str, status: int = 200, **more: Any) -> HttpResponse:
        preview = {"body": drafting.body_html(self.kind, text), "title": self.kind.title}
        preview["gaps"] = list(wording.gaps_in(text, self.kind.known_fields).items())
        if self.request.htmx:
            return render(self.request, "ip2a/papers/_preview.html", preview)
        return render(self.request, self.template_name, {**preview, **self.frame(form), **more}, status=status)

    def frame(self, form: DraftForm) -> dict[str, Any]:
        record = self.record
        home = self.kind.home(record)
        answer = may_attach(self.request.user, home, is_seen=home is record)
        return {
            "form": form,
            "record": record,
            "noun": record._meta.verbose_name,
            "home_noun": home._meta.verbose_name,
            "may_open_kept": home is record or answer.ok,
            "crumbs": [(str(record), record.get_absolute_url()), (self.kind.title, None)],
            "cancel_url": record.get_absolute_url(),
            "latest": self.latest,
            "draft_token": self.opened,
            "why_not_kept": answer.reason,
            "makes_pdf": pdf.is_available(),
        }
