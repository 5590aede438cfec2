from functools import cached_property

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.views.decorators.vary import vary_on_headers
from django.views.generic import TemplateView

from ip2a import exports
from ip2a.listing import Listing
from ip2a.models import AuditEntry
from ip2a.tables import Column
from ip2a.trail.filters import AuditFilter
from ip2a.trail.keyset import WholeTrail, page_of
from ip2a.trail.words import tell
from ip2a.views.around import around

EXPORTED = [
    Column("at", "When", lambda e: e.at),
    Column("who", "Who", lambda e: e.told.who),
    Column("command", "Command", lambda e: e.command),
    Column("action", "Action", lambda e: e.told.action),
    Column("noun", "What", lambda e: e.told.noun),
    Column("record", "Record number", lambda e: e.record_id),
    Column("name", "Record", lambda e: e.told.name),
    Column("changes", "Changes", lambda e: e.told.summary),
    Column("reason", "Reason", lambda e: e.reason),
    Column("path", "Page", lambda e: e.path),
    Column("ip", "Address", lambda e: e.ip),
    Column("user_agent", "Browser", lambda e: e.user_agent),
]


@around(vary_on_headers("HX-Request"))
class AuditTrail(LoginRequiredMixin, TemplateView):
    """Every change of every record, newest first, for those who may read the whole trail."""

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not request.user.has_perm("ip2a.view_audit"):
            raise PermissionDenied("Your role may not read the audit trail. Ask an administrator for the right.")
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def listing(self) -> Listing:
        return Listing(self.request, lambda: AuditEntry.objects.visible_to(self.request.user), [], AuditFilter, "")

    def get(self, request, *args, **kwargs):
        if request.GET.get("format") == "csv":
            return exports.csv_response("audit-trail", EXPORTED, WholeTrail(self.listing.rows), self.enrich)
        return super().get(request, *args, **kwargs)

    def enrich(self, entries) -> None:
        for told in tell(self.request.user, entries):
            told.entry.told = told

    def get_template_names(self) -> list[str]:
        is_fragment = self.request.htmx and not self.request.htmx.history_restore_request
        return ["ip2a/_audit_list.html" if is_fragment else "ip2a/audit_list.html"]

    def address(self, **changes) -> str:
        return self.listing.address(**{"older": None, "newer": None, **changes})

    def get_context_data(self, **kwargs):
        listing = self.listing
        page = page_of(listing.rows, self.request.GET)
        return super().get_context_data(
            title="Audit trail",
            crumbs=[("Audit trail", None)],
            entries=tell(self.request.user, page.entries),
            newer_url=self.address(newer=page.newer) if page.newer else None,
            older_url=self.address(older=page.older) if page.older else None,
            newest_url=self.address() if page.newer else None,
            **({} if self.request.htmx else self.filter_fields(listing.form)),
            chips=listing.chips(),
            clear_url=self.request.path,
            export_csv_url=self.address(format="csv"),
            **kwargs,
        )

    def filter_fields(self, form) -> dict:
        main = ("who", "table", "record", "action")
        return {
            "search_field": None,
            "main_fields": [form[name] for name in main],
            "more_fields": [field for field in form if field.name not in main],
        }
