from django.contrib.auth.mixins import LoginRequiredMixin
from django.db import transaction
from django.http import Http404, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.vary import vary_on_headers
from django.views.generic import TemplateView, View

from ip2a import search
from ip2a.views.around import around


@around(vary_on_headers("HX-Request"), transaction.non_atomic_requests)
class Search(LoginRequiredMixin, TemplateView):
    """One box for everything: groups of hits, best first, within rights. A single hit is opened at once."""

    def get(self, request, *args, **kwargs):
        self.query = request.GET.get("q", "").replace("\x00", "").strip()[: search.MOST_LETTERS]
        self.found = search.find_everywhere(request.user, self.query)
        hits = self.found.hits
        if len(hits) == 1 and not self.found.is_near and not request.htmx:
            return redirect(hits[0].url)
        return super().get(request, *args, **kwargs)

    def get_template_names(self) -> list[str]:
        wants_part = self.request.htmx and not self.request.htmx.history_restore_request
        return ["ip2a/_search.html" if wants_part else "ip2a/search.html"]

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            title="Search",
            query=self.query,
            search_query=self.query,
            found=self.found,
            has_words=bool(search.words_of(self.query)),
            searched=[source.title for source in search.sources_for(self.request.user)],
            **kwargs,
        )


@around(transaction.non_atomic_requests)
class Pick(LoginRequiredMixin, View):
    """What a type-ahead asks: the ten best records of one model, as JSON."""

    def get(self, request, label):
        source = search.source_of(label)
        if source is None:
            raise Http404("Nothing is picked by that name.")
        hits = search.find(request.user, request.GET.get("q", ""), source=source)
        return JsonResponse({"results": [{"id": hit.id, "label": hit.label, "fact": hit.fact} for hit in hits]})
