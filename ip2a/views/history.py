from django.views.generic import TemplateView

from ip2a.models import AuditEntry
from ip2a.paging import PAGE_SIZE, page_number
from ip2a.views.generic import Guarded


class RecordHistory(Guarded, TemplateView):
    """Every change of one record: who, when, what, why."""

    template_name = "ip2a/record_history.html"

    def get_context_data(self, **kwargs):
        number = page_number(self.request.GET.get("page"))
        start = (number - 1) * PAGE_SIZE
        entries = list(
            AuditEntry.objects.visible_to(self.request.user).about(self.record)[start : start + PAGE_SIZE + 1]
        )
        name = str(self.model._meta.verbose_name_plural).capitalize()
        return super().get_context_data(
            record=self.record,
            title=f"History of {self.record}",
            crumbs=[
                (name, self.url_of("list")),
                (str(self.record), self.record.get_absolute_url()),
                ("History", None),
            ],
            entries=entries[:PAGE_SIZE],
            newer_page=number - 1 or None,
            older_page=number + 1 if len(entries) > PAGE_SIZE else None,
            **kwargs,
        )
