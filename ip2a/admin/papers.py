"""The wording of letters and forms, for administrators."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from ip2a.admin.base import KeptAdmin
from ip2a.answers import Refused
from ip2a.models import PaperTemplate
from ip2a.papers import registry, wording, wordings


class WordingForm(forms.ModelForm):
    """Refuses what nothing can fill beside the field, by the rule that the service asks as well."""

    body = forms.CharField(
        label="Wording",
        strip=False,
        widget=forms.Textarea(attrs={"rows": 30, "cols": 100}),
        help_text="An empty line parts paragraphs. # makes a heading, - a list, **bold** is bold, [ ] is a box to "
        "tick, ____ a line to fill in by pen. What stands in braces is filled from the record.",
    )

    class Meta:
        model = PaperTemplate
        fields = ["body"]

    def clean_body(self) -> str:
        body = wordings.tidied(self.cleaned_data["body"])
        kind = registry.named(self.instance.key)
        answer = wording.may_say(body, kind.known_fields if kind else {})
        if not answer:
            raise forms.ValidationError(answer.reason)
        return body


@admin.register(PaperTemplate)
class PaperTemplateAdmin(KeptAdmin):
    """Papers are declared in code; here each is worded. Drafts that are already saved keep their words."""

    form = WordingForm
    list_display = ("title", "about", "is_as_shipped", "updated_at")
    fields = ("title", "about", "fields_to_use", "body", "shipped")
    readonly_fields = ("title", "about", "fields_to_use", "shipped")
    actions = ("go_back_to_shipped",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description="about")
    def about(self, row: PaperTemplate) -> str:
        kind = registry.named(row.key)
        if kind is None:
            return "nothing any more"
        return str(registry.model_of(kind)._meta.verbose_name) if kind.model else "everything"

    @admin.display(description="as shipped", boolean=True)
    def is_as_shipped(self, row: PaperTemplate) -> bool:
        return row.is_shipped

    @admin.display(description="what is filled in")
    def fields_to_use(self, row: PaperTemplate) -> SafeString:
        kind = registry.named(row.key)
        known = kind.known_fields.items() if kind else ()
        return format_html_join("", "{} {}<br>", ((f"{{{name}}}", about) for name, about in known))

    def save_model(self, request: HttpRequest, obj: PaperTemplate, form: Any, change: bool) -> None:
        wordings.reword(obj, body=obj.body, by=request.user, reason="Set in the administration pages")

    @admin.action(description="Go back to the shipped wording", permissions=["change"])
    def go_back_to_shipped(self, request: HttpRequest, queryset: QuerySet) -> None:
        for row in queryset:
            try:
                wordings.back_to_shipped(row, by=request.user)
            except Refused as refusal:
                self.message_user(request, f"{row}: {refusal}", messages.ERROR)
            else:
                self.message_user(request, f"{row} has the shipped wording again.")
