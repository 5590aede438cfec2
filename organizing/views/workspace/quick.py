"""Quick edits of a worker, typed in one go on the worker's page."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.generic import View

from ip2a.answers import Refused
from ip2a.services import Conflict
from ip2a.views.generic import Guarded
from organizing.forms.workspace import QuickForm
from organizing.models import Worker
from organizing.services import workers


class WorkerQuick(Guarded, View):
    """Crew, shift, site, language, telephone and who is assigned. The page is the worker's own."""

    model = Worker
    verb = "change"
    http_method_names = ["post"]

    def visible(self):
        return super().visible().select_related("campaign")

    def post(self, request, *args, **kwargs):
        worker = self.record
        form = QuickForm(request.POST, instance=self.visible().get(pk=worker.pk), prefix="quick")
        version = request.POST.get("version", "")
        if not form.is_valid():
            return self.again(form)
        try:
            saved = workers.save_worker(
                form.save(commit=False), by=request.user, version=int(version) if version.isdigit() else None
            )
        except Conflict:
            messages.error(request, "Somebody changed this worker meanwhile. Look at what stands there now.")
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.again(form)
        else:
            messages.success(request, f"{saved} was saved.")
        return redirect(worker)

    def again(self, form):
        context = {
            "form": form,
            "title": f"Edit {self.record}",
            "crumbs": [("Workers", reverse("organizing:worker_list")), (str(self.record), None)],
            "submit_label": "Save",
            "cancel_url": self.record.get_absolute_url(),
        }
        return render(self.request, "ip2a/record_form.html", context, status=422)
