from django.views.generic import TemplateView

from ip2a.compartments import note_opening
from ip2a.models import AuditEntry
from ip2a.trail.keyset import page_of
from ip2a.trail.words import tell
from ip2a.views.generic import Guarded


class RecordHistory(Guarded, TemplateView):
    """Every change of one record: who, when, what, why. Whoever may see the record may read it."""

    template_name = "ip2a/record_history.html"

    def get(self, request, *args, **kwargs):
        note_opening(request, self.record)
        return super().get(request, *args, **kwargs)

    def entries(self):
        """What the history is made of; a record with changes in other tables adds them."""
        return AuditEntry.objects.visible_to(self.request.user).about(self.record)

    def get_context_data(self, **kwargs):
        record, user = self.record, self.request.user
        page = page_of(self.entries(), self.request.GET)
        name = str(self.model._meta.verbose_name_plural)
        return super().get_context_data(
            record=record,
            title=f"History of {record}",
            crumbs=[
                (name[:1].upper() + name[1:], self.url_of("list")),
                (str(record), record.get_absolute_url()),
                ("History", None),
            ],
            entries=tell(user, page.entries),
            newer_url=f"?newer={page.newer}" if page.newer else None,
            older_url=f"?older={page.older}" if page.older else None,
            newest_url=self.request.path if page.newer else None,
            **kwargs,
        )
