"""What every administration page keeps to: the rights of the pages, and nothing is deleted."""

from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.functional import cached_property

from ip2a.paging import COUNTED_TO, counted_up_to


class BoundedPaginator(Paginator):
    """Counts as far as the pages' own lists do; a filter or a search reaches what lies behind."""

    is_cut = False

    @cached_property
    def count(self) -> int:
        found = counted_up_to(self.object_list, COUNTED_TO)
        self.is_cut = found > COUNTED_TO
        return min(found, COUNTED_TO)


class KeptAdmin(admin.ModelAdmin):
    """Records stay: what may be taken out of sight has its own verb on the pages."""

    paginator = BoundedPaginator
    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(KeptAdmin):
    """To look at."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
