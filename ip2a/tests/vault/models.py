from django.db import models
from django.urls import reverse

from ip2a.models import Record
from ip2a.models.fields import search_text, sort_key


class Secret(Record):
    """Something only organizers may know of."""

    compartment = "organizing"

    name = models.CharField(max_length=100)
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="secrets")
    sort_key = sort_key("name")
    search_text = search_text("name", models.Value(""))

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("vault:secret_detail", args=[self.pk])
