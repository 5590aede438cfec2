from django.contrib.auth.mixins import LoginRequiredMixin
from django.db import transaction
from django.views.generic import TemplateView

from ip2a import panels
from ip2a.views.around import around


@around(transaction.non_atomic_requests)
class Home(LoginRequiredMixin, TemplateView):
    """What needs me: panels from every app, for this person."""

    template_name = "ip2a/home.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(title="What needs you", panels=panels.draw("home", self.request), **kwargs)
