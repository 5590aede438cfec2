"""Where notices go, for administrators: places, priorities, quiet hours, and a test of each."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from ip2a.admin.base import KeptAdmin
from ip2a.models import NotificationChannel
from ip2a.post import channels

KEPT = "Kept, and not shown. Enter something only to replace it."


class ChannelForm(forms.ModelForm):
    """What is secret goes in and never comes out again."""

    url = forms.CharField(
        label="Webhook address",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "size": 60}),
        help_text="For Slack and webhooks. It begins with https:// and is kept encrypted.",
    )
    secret = forms.CharField(
        label="Secret",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "size": 60}),
        help_text="For signed webhooks: shared with the receiver, who checks each message with it.",
    )

    class Meta:
        model = NotificationChannel
        fields = ["name", "kind", "address", "lowest_priority", "is_on", "quiet_from", "quiet_to"]
        labels = {"address": "Mailbox"}
        help_texts = {"address": "For e-mail. Empty: all administrators. For the others it is filled in by itself."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, sealed in (("url", self.instance.sealed_url), ("secret", self.instance.sealed_secret)):
            if sealed:
                self.fields[name].help_text = KEPT

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        stated = {name: values.get(name) for name in ("kind", "address", "quiet_from", "quiet_to")}
        asked = NotificationChannel(
            sealed_url=self.instance.sealed_url, sealed_secret=self.instance.sealed_secret, **stated
        )
        for name, why in channels.check(asked, url=values.get("url", ""), secret=values.get("secret", "")).items():
            self.add_error(name, why)
        return values


@admin.register(NotificationChannel)
class NotificationChannelAdmin(KeptAdmin):
    form = ChannelForm
    change_form_template = "admin/ip2a/channel_form.html"
    list_display = ("name", "kind", "address", "lowest_priority", "is_on", "quiet_from", "quiet_to")
    fields = ("name", "kind", "address", "url", "secret", "lowest_priority", "is_on", "quiet_from", "quiet_to")
    actions = None

    def get_urls(self) -> list[URLPattern]:
        test = path(
            "<int:object_id>/test/", self.admin_site.admin_view(self.send_test), name="ip2a_notificationchannel_test"
        )
        return [test, *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: NotificationChannel, form: Any, change: bool) -> None:
        channels.set_up(obj, by=request.user, url=form.cleaned_data["url"], secret=form.cleaned_data["secret"])

    def send_test(self, request: HttpRequest, object_id: int) -> HttpResponse:
        channel = NotificationChannel.objects.filter(pk=object_id).first()
        if not self.has_change_permission(request, channel):
            raise PermissionDenied("Only administrators look after the channels.")
        if channel is None:
            raise Http404
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        row = channels.send_test(channel, by=request.user)
        link = format_html('<a href="{}">See what became of it</a>', row.get_absolute_url())
        messages.info(request, format_html("A test is on its way through {}. {}.", channel, link))
        return redirect(reverse("admin:ip2a_notificationchannel_change", args=[object_id]))
