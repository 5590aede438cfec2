"""The page of a report: a filter bar, sections with charts and tables, and the same as files."""

from datetime import date
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import slugify
from django.views.decorators.vary import vary_on_headers
from django.views.generic import TemplateView
from django_filters import FilterSet

from ip2a.listing import OWN, Listing
from ip2a.models.base import page_url
from ip2a.reports import files
from ip2a.reports.sections import Section
from ip2a.views.around import around
from ip2a.views.guarded import Guarded
from ip2a.views.lists import RecordList

WRITERS = {"csv": files.csv_file, "xlsx": files.xlsx_file}


class ReportListing(Listing):
    """A report's address also names a section, which is no filter."""

    @cached_property
    def is_filtered(self) -> bool:
        given = self.request.GET.items()
        return any(value.strip() for key, value in given if key not in (*OWN, "section"))

    def carried(self) -> dict[str, Any]:
        """The filters in force as parameters, days written as the lists understand them."""
        if not self.is_filtered or not self.form.is_valid():
            return {}
        found: dict[str, Any] = {}
        for name, field in self.form.fields.items():
            value = self.form.cleaned_data.get(name)
            if isinstance(value, slice):
                found |= {f"{name}_from": value.start, f"{name}_to": value.stop}
            elif value not in (None, "", []):
                names = [f"{name}{suffix}" for suffix in getattr(field.widget, "widgets_names", ("",))]
                found |= {key: self.request.GET.getlist(key) for key in names}
        return {key: value for key, value in found.items() if value}


@around(transaction.non_atomic_requests, vary_on_headers("HX-Request"))
class ReportPage(Guarded, TemplateView):
    """Attributes and one method make a report; see ip2a.reports.

    Whoever may see ``model`` may see its report; ``permission`` asks for one right more.
    """

    template_name = "ip2a/reports/report.html"
    permission = ""
    title = "Report"
    intro = ""
    list_title, list_url = "", ""
    filterset_class: type[FilterSet] = FilterSet
    search_field = ""
    main_filters: tuple[str, ...] = ()
    empty_title = "Nothing to report yet"
    empty_text = "As soon as there are records, they are counted here."

    def rows(self) -> QuerySet:
        """What is counted, before filters: the rows that this person may know of."""
        return self.visible()

    def sections(self, rows: QuerySet, user: Any) -> list[Section]:
        """The report itself, from the filtered rows. Count in the database, with a fixed number of queries."""
        raise NotImplementedError

    def opens(self, url_name: str, **parameters: Any) -> str:
        """The address of a list that shows exactly these rows: the report's own filters and these on top.

        Two ranges of days meet in the narrower one. A parameter that is None takes a filter of the report away.
        """
        merged = dict(self._carried)
        for key, value in parameters.items():
            if isinstance(value, date) and isinstance(merged.get(key), date):
                value = (max if key.endswith("_from") else min)(merged[key], value)
            merged[key] = value
        query = urlencode({key: value for key, value in merged.items() if value is not None}, doseq=True)
        return f"{page_url(url_name)}?{query}" if query else page_url(url_name)

    @cached_property
    def _carried(self) -> dict[str, Any]:
        return self.listing.carried()

    def narrowed(self, rows: QuerySet, filterset_class: type[FilterSet]) -> QuerySet:
        """Rows of another kind under the report's filters, as far as their list has filters of the same name."""
        listing = self.listing
        if not listing.is_filtered:
            return rows
        filters = filterset_class(QueryDict(urlencode(listing.carried(), doseq=True)), rows, request=self.request)
        return filters.qs if listing.form.is_valid() and filters.form.is_valid() else rows.none()

    @cached_property
    def listing(self) -> ReportListing:
        return ReportListing(self.request, self.rows, [], self.filterset_class, "")

    @cached_property
    def counted(self) -> list[Section]:
        sections = self.sections(self.listing.rows, self.request.user)
        for section in sections:
            section.csv_url = self.listing.address(section=section.key, format="csv")
        return sections

    def get(self, request, *args, **kwargs):
        if self.permission and not request.user.has_perm(self.permission):
            raise PermissionDenied("Your role may not see this report. Ask an administrator for the right.")
        write = WRITERS.get(request.GET.get("format", ""))
        return self.export(write) if write else super().get(request, *args, **kwargs)

    def export(self, write):
        name, asked = slugify(self.title), self.request.GET.get("section", "")
        chosen = [section for section in self.counted if asked in ("", section.key)]
        if not chosen:
            raise Http404("This report has no such section.")
        return write(f"{name}-{asked}" if asked else name, chosen)

    def get_template_names(self) -> list[str]:
        if self.request.htmx and not self.request.htmx.history_restore_request:
            return ["ip2a/reports/_sections.html"]
        return [self.template_name]

    filter_fields = RecordList.filter_fields  # the bar of a list and of a report are the same

    def get_context_data(self, **kwargs):
        listing = self.listing
        has_rows = listing.rows.exists()
        above = [(self.list_title, reverse(self.list_url))] if self.list_url else []
        has_filters = bool(self.filterset_class.base_filters)
        return super().get_context_data(
            title=self.title,
            intro=self.intro,
            crumbs=[*above, (self.title, None)],
            sections=self.counted if has_rows else [],
            filters_html=listing.bar(self.filter_fields, type(self)) if has_filters else "",
            chips=listing.chips(),
            clear_url=self.request.path,
            export_xlsx_url=listing.address(format="xlsx", section=None),
            nothing_found=not has_rows and listing.is_filtered,
            empty={"title": self.empty_title, "text": self.empty_text},
            **kwargs,
        )
