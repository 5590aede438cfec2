from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, JsonResponse
from django.shortcuts import redirect
from django.views.generic import TemplateView, View

from ip2a import search


class Search(LoginRequiredMixin, TemplateView):
    """One box for everything: groups of hits, best first, within rights."""

    template_name = "ip2a/search.html"

    def get(self, request, *args, **kwargs):
        self.query = request.GET.get("q", "").strip()[:200]
        self.groups = self.found()
        hits = [hit for group in self.groups for hit in group["hits"]]
        if len(hits) == 1 and not request.htmx:
            return redirect(hits[0].url)
        return super().get(request, *args, **kwargs)

    def found(self) -> list[dict]:
        if not self.query:
            return []
        groups = [
            {
                "title": source.title,
                "hits": search.find(self.request.user, self.query, source=source),
            }
            for source in search.sources()
        ]
        return [group for group in groups if group["hits"]]

    def get_context_data(self, **kwargs):
        return super().get_context_data(title="Search", query=self.query, groups=self.groups, **kwargs)


class Pick(LoginRequiredMixin, View):
    """What a type-ahead asks: the ten best records of one model, as JSON."""

    def get(self, request, label):
        source = search.source_of(label)
        if source is None:
            raise Http404("Nothing is picked by that name.")
        hits = search.find(request.user, request.GET.get("q", ""), source=source)
        return JsonResponse({"results": [{"id": hit.id, "label": hit.label, "fact": hit.fact} for hit in hits]})
