"""The page of many records."""

from functools import cached_property, lru_cache
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect
from django.views.decorators.vary import vary_on_headers
from django.views.generic import TemplateView

from ip2a import exports
from ip2a.answers import Refused
from ip2a.listing import Given, Listing, filtered, in_order
from ip2a.paging import COUNTED_TO, PAGE_SIZE, SKIPPED_WHOLE, Rows, page_number, paginate
from ip2a.questions import Question, Unaskable
from ip2a.rules import may_add
from ip2a.search import Few, few
from ip2a.search_asking import RowsOf
from ip2a.tables import Column, Table
from ip2a.views.around import around
from ip2a.views.guarded import Asking, Guarded


# Reading one statement after another needs no transaction around it.
@around(transaction.non_atomic_requests, vary_on_headers("HX-Request"))
class RecordList(Guarded, TemplateView):
    """A list that filters, sorts, pages and exports. Its address says everything it shows."""

    filterset_class: type
    columns: list[Column] = []
    default_order = ""
    search_field = "q"
    main_filters: tuple[str, ...] = ()
    title = ""
    create_label = ""
    empty_text = ""

    def rows(self):
        """What the list is about, before filters. Override to narrow or to join."""
        return self.visible()

    def on_page(self, rows):
        """Fetch no more columns than the page shows. An export takes them all."""
        return rows

    def enrich(self, records: list[Any]) -> None:
        """Fetch for a page (or a chunk of an export) what is shown beside each record."""

    @cached_property
    def listing(self) -> Listing:
        return Listing(self.request, self.rows, self.columns, self.filterset_class, self.default_order)

    @property
    def page_rows(self) -> Rows:
        """What the page shows, in order. Statements are made once for a list that is whole, or narrowed by choices out
        of a few, or searched and no more."""
        if self.listing.chosen is not None:
            return ChosenList(self)
        try:
            found = few(self.request.user, _rows_of(type(self)), self.listing.searched_for)
        except Unaskable:
            found = None
        return Rows(self.on_page(self.listing.rows)) if found is None else SearchedList(self, found)

    def get(self, request, *args, **kwargs):
        if request.GET.get("format") in exports.KINDS:
            return self.export(exports.KINDS[request.GET["format"]])
        return super().get(request, *args, **kwargs)

    def export(self, write):
        name = str(self.model._meta.verbose_name_plural).replace(" ", "-")
        try:
            return write(name, self.columns, self.listing.rows, self.enrich)
        except Refused as refusal:
            messages.error(self.request, str(refusal))
            return redirect(self.listing.address(format=None))

    def get_template_names(self) -> list[str]:
        if self.request.htmx and not self.request.htmx.history_restore_request:
            meta = self.model._meta
            return [f"{meta.app_label}/_{meta.model_name}_list.html", "ip2a/_record_list.html"]
        return self.templates_for("list")

    def get_context_data(self, **kwargs):
        listing, meta = self.listing, self.model._meta
        noun = (str(meta.verbose_name), str(meta.verbose_name_plural))
        page = paginate(self.page_rows, page_number(self.request.GET.get("page")), noun, listing.address)
        self.enrich(page.records)
        table = Table(
            self.columns,
            page.records,
            caption=page.count_label,
            order=listing.order,
            sort_url=lambda key: listing.address(sort=key),
        )
        return super().get_context_data(
            title=self.title,
            crumbs=[(self.title, None)],
            table=table,
            page=page,
            filters_html=lambda: listing.bar(self.filter_fields, type(self)),  # only where it is shown
            chips=listing.chips(),
            clear_url=self.request.path,
            export_csv_url=listing.address(format="csv"),
            export_xlsx_url=listing.address(format="xlsx"),
            create_url=self.url_of("create") if self.create_label and may_add(self.request.user, self.model) else None,
            create_label=self.create_label,
            nothing_found=table.is_empty and listing.is_filtered,
            empty={"title": f"No {noun[1]} yet", "text": self.empty_text},
            **kwargs,
        )

    def filter_fields(self, form) -> dict[str, Any]:
        """The filter bar's parts: search first, then the most used, the rest behind "More filters"."""
        shown = {self.search_field, *self.main_filters}
        return {
            "search_field": form[self.search_field] if self.search_field in form.fields else None,
            "main_fields": [form[name] for name in self.main_filters],
            "more_fields": [field for field in form if field.name not in shown],
        }


class ChosenList(Rows):
    """All rows of a list, or those of some choices: the first pages and the count are asked by statements that are made
    once for each order, choice and set of rights, where rows and filters ask for nothing but the person."""

    def __init__(self, view: RecordList) -> None:
        self._view = view

    @cached_property
    def all(self) -> Any:  # type: ignore[override]
        return self._view.on_page(self._view.listing.rows)

    def _question(self, start: int = 0) -> Question[Any]:
        listing = self._view.listing
        return _chosen(type(self._view), listing.order, listing.chosen or (), start)

    def first(self) -> list[Any]:
        return self.at(0)

    def counted(self) -> int:
        try:
            return self._question().count(self._view.request.user)
        except Unaskable:
            return super().counted()

    def at(self, start: int) -> list[Any]:
        if start >= SKIPPED_WHOLE:
            return super().at(start)
        try:
            return self._question(start)(self._view.request.user)
        except Unaskable:
            return super().at(start)


class SearchedList(Rows):
    """What was found in a list."""

    def __init__(self, view: RecordList, found: Few) -> None:
        self._view, self._found = view, found

    @cached_property
    def all(self) -> Any:  # type: ignore[override]
        view = self._view
        return view.on_page(in_order(self._found.narrow(view.listing.all_rows), view.columns, view.listing.order))

    def first(self) -> list[Any]:
        if not self._found.numbers:
            return [] if self._found.numbers == [] else super().first()
        try:
            return _found(type(self._view), self._view.listing.order)(self._view.request.user, self._found.numbers)
        except Unaskable:
            return super().first()

    def counted(self) -> int:
        return super().counted() if self._found.numbers is None else len(self._found.numbers)


@lru_cache(maxsize=1000)
def _rows_of(kind: type[RecordList]) -> RowsOf:
    """The list's rows in no order, where they depend on nothing but the person."""
    return lambda reader: _asked_by(kind, reader).rows().order_by()


def _asked_by(kind: type[RecordList], reader: Any) -> RecordList:
    view = kind.__new__(kind)
    view.request, view.args, view.kwargs = Asking(user=reader), (), Asking()  # type: ignore[attr-defined]
    return view


@lru_cache(maxsize=1000)
def _chosen(kind: type[RecordList], order: str, chosen: Given, start: int) -> Question[Any]:
    def chosen_rows(reader: Any) -> Any:
        view = _asked_by(kind, reader)
        rows = filtered(view.filterset_class, chosen, view.rows(), view.request)
        return view.on_page(in_order(rows, view.columns, order))

    return Question(chosen_rows, start=start, first=PAGE_SIZE, counted_to=COUNTED_TO)


@lru_cache(maxsize=1000)
def _found(kind: type[RecordList], order: str) -> Question[Any]:
    def found(reader: Any, numbers: list[int]) -> Any:
        view = _asked_by(kind, reader)
        return view.on_page(in_order(view.rows().filter(pk__found_among=numbers), view.columns, order))

    return Question(found, first=PAGE_SIZE)
