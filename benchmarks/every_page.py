"""Every list and every page of a record, found in the house's addresses, with somebody who may see it."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

PAGE_SIZE, COUNTED_TO = 50, 10_000  # as in ip2a.paging
SEEDED = 1_000_000  # records with smaller numbers are those that the seed made, with all that belongs to them
ROLES = ("staff", "representative", "officer", "organizer", "instructor", "administrator")
ALSO = {"home": "home", "grievance_board": "board", "grievance_due_soon": "board", "audit_list": "list"}
ADMIN = {"changelist": "list in administration", "change": "record in administration"}


@dataclass(frozen=True)
class Page:
    """One kind of page: its addresses show records of the same kind. ``late``: the page of a list at each size."""

    kind: str
    name: str
    addresses: tuple[str, ...]
    user: int
    late: tuple[int, ...] = ()

    def at(self, size: int, address: str) -> str:
        return f"{address}?page={self.late[size]}" if self.late else address


def patterns(resolver: Any, names: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    for one in resolver.url_patterns:
        if hasattr(one, "url_patterns"):
            yield from patterns(one, (*names, one.namespace) if one.namespace else names)
        elif one.name:
            yield ":".join((*names, one.name)), one


def kind_of(name: str, view: Any) -> str:
    from ip2a.views.generic import RecordDetail, RecordList

    last = name.rpartition(":")[2]
    if name.startswith("admin:"):
        return ADMIN.get(last.rpartition("_")[2], "")
    if last in ALSO:
        return ALSO[last]
    if last.endswith("_list") or (isinstance(view, type) and issubclass(view, RecordList)):
        return "list"
    return "detail" if last.endswith("_detail") or (isinstance(view, type) and issubclass(view, RecordDetail)) else ""


class Walk:
    """Finds the pages in a seeded database; ``left`` says which there are no records for."""

    def __init__(self, records: int, times: int, *, thorough: bool):
        from django.test import Client

        from ip2a.models import User
        from ip2a.seeds import DEMO_LOGINS

        self.records, self.times, self.thorough, self.left = records, times, thorough, []
        self.people = {}
        for role in ROLES:
            email = next(login.email for login in DEMO_LOGINS if login.role == role)
            client, person = Client(), User.objects.get(email=email)
            client.force_login(person)
            self.people[role] = (client, person)

    def pages(self) -> Iterator[Page]:
        from django.urls import get_resolver

        for name, pattern in patterns(get_resolver()):
            view = getattr(pattern.callback, "view_class", None)
            kind = kind_of(name, view)
            if kind:
                yield from self._pages(kind, name, pattern, view)
        yield from self._searches()

    def _pages(self, kind: str, name: str, pattern: Any, view: Any) -> Iterator[Page]:
        from django.urls import reverse

        wanted = list(pattern.pattern.converters)
        model = self._model(pattern, view)
        found = None
        for client, person in self.people.values():
            addresses = [reverse(name, args=args) for args in self._arguments(wanted, model, person)]
            shown = [address for address in addresses if client.get(address).status_code == 200]
            if shown:
                found = Page(kind, name, tuple(shown), person.pk)
                break
        if found is None:
            self.left.append(name)
            return
        yield found
        if kind == "list" and view is not None and hasattr(view, "filterset_class"):
            yield from self._ways(found, view)

    def _model(self, pattern: Any, view: Any) -> Any:
        model = getattr(view, "model", None)
        admin = getattr(pattern.callback, "model_admin", None)
        return admin.model if admin is not None else model

    def _arguments(self, wanted: list[str], model: Any, person: Any) -> list[list[Any]]:
        """What fills an address of one argument."""
        if not wanted:
            return [[]]
        if wanted == ["kind"]:
            from members.merging import MODELS

            return [[kind] for kind in MODELS]
        if wanted == ["name"]:
            from maintenance.models import Finding

            return [
                [name]
                for name in Finding.objects.order_by("check_name").values_list("check_name", flat=True)[: self.records]
            ]
        if wanted not in (["pk"], ["object_id"]) or model is None:
            return []
        numbers = self._numbers(model, person)
        return [[number] for number in random.Random(1).sample(numbers, min(self.records, len(numbers)))]

    def _person(self, number: int) -> Any:
        return next(person for _, person in self.people.values() if person.pk == number)

    def _numbers(self, model: Any, person: Any, *, seeded: bool = True) -> list[int]:
        from ip2a.compartments import system

        with system("organizing", "a benchmark"):
            rows = model._default_manager.all()
            rows = rows.visible_to(person) if hasattr(rows, "visible_to") else rows
            rows = rows.filter(pk__lt=SEEDED) if seeded else rows
            return sorted(rows.order_by().values_list("pk", flat=True))

    def _ways(self, page: Page, view: Any) -> Iterator[Page]:
        """The same list far down, found by a word, and in each order that it offers."""
        (address, *_) = page.addresses
        rows = len(self._numbers(view.model, self._person(page.user), seeded=False))
        late = tuple(max(1, min(COUNTED_TO, rows * times * 0.95) // PAGE_SIZE) for times in (1, self.times))
        yield Page("list far down", f"{page.name}, late page", (address,), page.user, tuple(map(int, late)))
        if "q" in view.filterset_class.base_filters:
            yield Page("list searched", f"{page.name}, searched", (f"{address}?q={self._word(view.model)}",), page.user)
        for column in view.columns if self.thorough else ():
            for sign, words in (("", ""), ("-", ", backwards")) if column.sort else ():
                asked = (f"{address}?sort={sign}{column.key}",)
                yield Page("list in another order", f"{page.name}, by {column.key}{words}", asked, page.user)

    def _word(self, model: Any) -> str:
        """The first word of most of the names that stand there: as many find it as fill a page, if there are."""
        from ip2a import search

        if search.source_of(model._meta.label_lower) is None:
            return "smith"
        names = [str(record) for record in model._default_manager.filter(pk__lt=SEEDED).order_by("pk")[:2_000]]
        return Counter(name.replace(",", " ").split()[0] for name in names).most_common(1)[0][0] if names else "smith"

    def _searches(self) -> Iterator[Page]:
        """The search of everything and each picker, as somebody types: a part, a name, two words, a slip."""
        from members.models import Member

        numbers = sorted(Member.objects.filter(pk__lt=SEEDED).order_by().values_list("pk", flat=True))
        chosen = Member.objects.filter(pk__in=random.Random(1).sample(numbers, self.records)).order_by("pk")
        number = self.people["staff"][1].pk
        ways = {
            "part of a name": [m.last_name[:4] for m in chosen],
            "whole name": [f"{m.first_name}+{m.last_name}" for m in chosen],
            "number": [m.member_number for m in chosen],
            "typing mistake": [_slipped(m.last_name) + "+" + m.first_name for m in chosen],
        }
        for way, words in ways.items():
            yield Page("search", f"search, {way}", tuple(f"/search/?q={word}" for word in words), number)
            yield Page("search", f"pick a member, {way}", tuple(f"/pick/members.member/?q={w}" for w in words), number)


def _slipped(word: str) -> str:
    """Two letters swapped in the middle."""
    place = len(word) // 2
    return word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :]
