"""What a list's address means: its filters, its order, its page, and the addresses that change one of them."""

from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.template.loader import render_to_string
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString
from django_filters import FilterSet

from ip2a.filters import SearchFilter
from ip2a.tables import Column

OWN = ("sort", "page", "format")
MOST_BARS = 500  # kept in a process, of some 10 kB each
LONGEST_KEPT = 100  # letters of all that is filtered by
Given = tuple[tuple[str, tuple[str, ...]], ...]
_bars: dict[tuple[type, Given], SafeString] = {}


class Listing:
    """A request's view of a list.

    ``rows`` gives all rows of the list, ``columns`` say what can be sorted by, ``filterset_class`` what filtered by.
    When no filter is asked for, no form is made: the empty filter bar is the same for everybody and rendered once.
    """

    def __init__(
        self,
        request,
        rows: Callable[[], models.QuerySet],
        columns: list[Column],
        filterset_class: type,
        default_order: str,
    ):
        self.request = request
        self._rows = rows
        self.columns = columns
        self.filterset_class = filterset_class
        self.default_order = default_order

    @cached_property
    def all_rows(self) -> models.QuerySet:
        return self._rows()

    @cached_property
    def is_filtered(self) -> bool:
        return any(value.strip() for key, value in self.request.GET.items() if key not in OWN)

    @cached_property
    def form(self) -> forms.Form:
        """Of all filters, as the filter bar shows it."""
        data = self.request.GET if self.is_filtered else None
        return self.filterset_class(data, self.all_rows, request=self.request).form

    @cached_property
    def asked(self) -> FilterSet:
        """The filters that the address names, and no others: to make them all takes longer than to ask the database."""
        given = {key for key, values in self.request.GET.lists() if any(value.strip() for value in values)}
        names = [name for name in self.filterset_class.base_filters if any(_is_of(key, name) for key in given)]
        model = self.filterset_class._meta.model
        rows = models.QuerySet(model) if model else self.all_rows  # a search does without those of the list
        return _narrowed(self.filterset_class, tuple(names))(self.request.GET, rows, request=self.request)

    @cached_property
    def rows(self) -> models.QuerySet:
        """Filtered and sorted. Filters that make no sense find nothing, and the form says why."""
        if not self.is_filtered:
            return self._sorted(self.all_rows)
        if not self.asked.form.is_valid():
            return self.all_rows.none()
        self.asked.queryset = self.all_rows
        return self._sorted(self.asked.qs)

    @cached_property
    def chosen(self) -> Given | None:
        """The filters in force, where each is a choice out of a few that are always the same; () of a whole list."""
        if not self.is_filtered:
            return ()
        fields = self.asked.form.fields
        if not all(_is_choice(field) for field in fields.values()) or not self.asked.form.is_valid():
            return None
        return tuple((name, self._values_of(name, field)) for name, field in fields.items())

    def _values_of(self, name: str, field: forms.Field) -> tuple[str, ...]:
        """What the field reads of the address: one value has the last word, unless there may be several."""
        values = tuple(self.request.GET.getlist(name))
        return values if isinstance(field, forms.MultipleChoiceField) else values[-1:]

    @cached_property
    def searched_for(self) -> str:
        """The words, when the list is filtered by a search and by nothing else."""
        names = list(self.asked.filters)
        is_search = len(names) == 1 and type(one := self.asked.filters[names[0]]) is SearchFilter and not one.method
        return self.asked.form.cleaned_data[names[0]] if is_search and self.asked.form.is_valid() else ""

    @cached_property
    def order(self) -> str:
        asked = self.request.GET.get("sort", "")
        known = {column.key for column in self.columns if column.sort}
        return asked if asked.removeprefix("-") in known else self.default_order

    def _sorted(self, rows: models.QuerySet) -> models.QuerySet:
        return in_order(rows, self.columns, self.order)

    def address(self, **changes: Any) -> str:
        """This list's address with some parameters changed; None takes one away. Any change leads to the first page."""
        pairs = [(key, value) for key, value in self._query if key not in changes and key != "page"]
        pairs += [(key, value) for key, value in changes.items() if value is not None]
        return f"{self.request.path}?{urlencode(pairs)}" if pairs else self.request.path

    @cached_property
    def _query(self) -> list[tuple[str, str]]:
        return [(key, value) for key, values in self.request.GET.lists() for value in values]

    def chips(self) -> list[dict[str, str]]:
        """The filters in force, each with the address without it."""
        if not self.is_filtered or not self.asked.form.is_valid():
            return []
        form = self.asked.form
        return [self._chip(name) for name in form.changed_data if form.cleaned_data.get(name) not in (None, "", [])]

    def _chip(self, name: str) -> dict[str, str]:
        field, value = self.asked.form.fields[name], self.asked.form.cleaned_data[name]
        suffixes = getattr(field.widget, "widgets_names", ("",))
        names = {name} | {f"{name}{suffix}" for suffix in suffixes}
        return {"label": f"{field.label}: {_spoken(field, value)}", "remove_url": self.address(**dict.fromkeys(names))}

    def bar(self, fields: Callable[[forms.Form], dict[str, Any]], key: type) -> SafeString:
        """The filter bar. For the same filters it is kept, unless the database has a say in what it shows."""
        asked = self._asked_for
        if (key, asked) in _bars:
            return _bars[key, asked]
        html = render_to_string("ip2a/_filters.html", fields(self.form), request=self.request)
        if self._is_bar_fixed(asked):
            if len(_bars) >= MOST_BARS:
                _bars.clear()
            _bars[key, asked] = html
        return html

    @cached_property
    def _asked_for(self) -> Given:
        """What the address filters by; empty when by nothing."""
        names = self.filterset_class.base_filters
        given = ((key, tuple(values)) for key, values in self.request.GET.lists() if any(_is_of(key, n) for n in names))
        return tuple(sorted(given)) if self.is_filtered else ()

    def _is_bar_fixed(self, asked: Given) -> bool:
        """The same for whoever asks for the same: no choices or errors that may be others tomorrow, and no words that
        somebody typed."""
        if not all(_is_fixed(field) for field in self.form.fields.values()):
            return False
        if not self.is_filtered:
            return True
        is_chosen = all(key in self.form.fields and _is_choice(self.form.fields[key]) for key, _ in asked)
        is_short = sum(len(value) for _, values in asked for value in values) <= LONGEST_KEPT
        return is_chosen and is_short and not self.form.errors


def in_order(rows: models.QuerySet, columns: list[Column], order: str) -> models.QuerySet:
    """Sorted by the column of that key, backwards with a minus before it."""
    column = next((c for c in columns if c.key == order.removeprefix("-")), None)
    if column is None:
        return rows
    descending = order.startswith("-")
    fields = [_ordering(rows.model, name, descending, column.blank_first) for name in column.sort]
    return rows.order_by(*fields, "-pk" if descending else "pk")


@lru_cache(maxsize=1000)
def _narrowed(filterset_class: type[FilterSet], names: tuple[str, ...]) -> type[FilterSet]:
    narrow = type(filterset_class)(filterset_class.__name__, (filterset_class,), {})
    narrow.base_filters = {name: filterset_class.base_filters[name] for name in names}
    return narrow


def _is_of(key: str, name: str) -> bool:
    """A field of several parts (from, to) has a parameter for each, which begins with its name."""
    return key == name or key.startswith(f"{name}_")


def filtered(filterset_class: type[FilterSet], chosen: Given, rows: models.QuerySet, request: Any) -> models.QuerySet:
    """The rows by these filters."""
    if not chosen:
        return rows
    narrow = _narrowed(filterset_class, tuple(name for name, _ in chosen))
    return narrow(MultiValueDict({name: list(values) for name, values in chosen}), rows, request=request).qs


def _is_choice(field: forms.Field) -> bool:
    return isinstance(field, forms.ChoiceField) and _is_fixed(field)


def _is_fixed(field: forms.Field) -> bool:
    """Choices that come from the database, or from a function, may be others when somebody looks again."""
    given = getattr(field, "_choices", None)
    choices = getattr(given, "choices", given)
    is_asked_anew = callable(choices) and not isinstance(choices, type)  # a class is an enumeration
    return not isinstance(field, forms.ModelChoiceField) and not is_asked_anew


def _ordering(model: type[models.Model], name: str, descending: bool, blank_first: bool) -> Any:
    """Blank values last in both directions; one that cannot be blank keeps the plain order, which indexes serve."""
    if blank_first or not _may_be_null(model, name):
        return f"-{name}" if descending else name
    return models.F(name).desc(nulls_last=True) if descending else models.F(name).asc(nulls_last=True)


def _may_be_null(model: type[models.Model], name: str) -> bool:
    field: Any = None
    for part in name.split("__"):
        try:
            field = model._meta.get_field(part)
        except FieldDoesNotExist:  # counted or added up for the list
            return True
        if field.null:
            return True
        model = field.related_model or model
    return False


def _spoken(field: forms.Field, value: Any) -> str:
    if isinstance(value, slice):
        return " to ".join(str(end) if end is not None else "…" for end in (value.start, value.stop))
    given = getattr(field, "choices", None)  # may be asked for each, but not how many there are
    choices = {str(key): label for key, label in (() if given is None else given)}
    values = value if isinstance(value, (list, tuple)) else [value]
    return ", ".join(str(choices.get(str(v), v)) for v in values)
