"""What a student said of themselves, for who prepares funder reports and nobody else."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from ip2a.views.generic import RecordUpdate
from training import forms, models


class DemographicsUpdate(RecordUpdate):
    """What one student told, by the student's number: the row is made when the page is first saved."""

    model = models.Demographics
    form_class = forms.DemographicsForm
    saved_message = "What the student told was saved."

    @property
    def record(self):
        if not hasattr(self, "_record"):
            if self.visible().query.is_empty():
                raise Http404("Whoever teaches or interviews knows nothing of it.")
            known = models.Student.objects.visible_to(self.request.user)
            student = get_object_or_404(known, pk=self.kwargs["pk"])
            found = self.visible().filter(student=student).select_related("student").first()
            self._record = found or models.Demographics(student=student)
        return self._record

    def get(self, request, *args, **kwargs):
        if self.record.pk is None:  # nothing is there to be opened
            return self.render_to_response(self.get_context_data())
        return super().get(request, *args, **kwargs)

    def url_of(self, page, *args):
        return self.record.student.get_absolute_url() if page == "list" else super().url_of(page, *args)

    def perform(self, form):
        if form.instance.pk:
            return super().perform(form)
        return self.save(form.save(commit=False), by=self.request.user)

    def get_context_data(self, **kwargs):
        student = self.record.student
        return super().get_context_data(**kwargs) | {
            "title": f"What {student} told",
            "crumbs": [
                ("Students", reverse("training:student_list")),
                (str(student), student.get_absolute_url()),
                ("Demographics", None),
            ],
            "cancel_url": student.get_absolute_url(),
            **({} if self.record.pk else {"version": None}),
        }

    def success_url_for(self, record):
        return record.student.get_absolute_url()
