"""One click builds the case file."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from grievances import packet
from grievances.models import Grievance
from grievances.packet.forms import NO_PURPOSE, PacketForm
from ip2a.answers import Refused
from ip2a.rules import has_right


@login_required
@require_POST
def build_packet(request: HttpRequest, pk: int) -> HttpResponse:
    if not has_right(request.user, "view", Grievance):
        raise PermissionDenied("Your role may not see grievances. Ask an administrator for the right.")
    case = get_object_or_404(Grievance.objects.visible_to(request.user), pk=pk)
    form = PacketForm(request.POST)
    if form.is_valid():
        _start(request, case, form.cleaned_data)
    else:
        messages.error(request, NO_PURPOSE)
    return redirect(f"{case.get_absolute_url()}#case-file")


def _start(request: HttpRequest, case: Grievance, wanted: dict) -> None:
    try:
        job = packet.start(case, purpose=wanted["purpose"], internal=wanted["internal"], by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return
    if job.is_new:
        messages.success(request, "The case file is being built. You can go on working meanwhile.")
    else:
        messages.info(request, "The case file is being built already. When it is there, you can build another one.")
