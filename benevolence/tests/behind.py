"""One row of every kind behind the doors of this room (see ip2a.tests.doors)."""

from datetime import date
from typing import Any

from django.apps import apps

from benevolence import factories, services
from benevolence.models import BenevolenceApplication, Strike


def case() -> BenevolenceApplication:
    """A denied case with everything that can hang on one, and an emergency that a second officer confirmed."""
    people = factories.officers()
    factories.main_fund(balance=50_000)
    factories.stand_in("vp")
    Strike.objects.create(name="Spring strike", started_on=date(2020, 4, 1), ended_on=date(2020, 5, 1))
    urgent = factories.submitted(amount_requested=300, is_emergency=True)
    services.approve(urgent, by=people["president"])
    services.confirm(urgent, agrees=True, by=people["vp"])
    denied = factories.submitted(amount_requested=300)
    services.recuse(denied, kind="other", reason="A friend.", by=people["manager"])
    services.ask(denied, question="Which bill?", by=people["vp"])
    services.answer(denied, text="The first.", by=denied.filed_by)
    services.deny(denied, for_applicant="Not now.", by=people["vp"])
    services.declare_relative(denied.member, kinship="sibling", by=people["president"])
    services.bar_member(urgent.member, reason="A false bill.", by=people["vp"])
    denied.refresh_from_db()
    return denied


def first(model: str) -> Any:
    return lambda: apps.get_model("benevolence", model).objects.first()


ADMIN_MODELS = (
    *("policy", "office", "standin", "strike", "fund", "benevolencereview", "recusal", "confirmation"),
    *("storyaddition", "submission", "ledgerentry", "relative", "bar"),
)
RECORDS = {"application": case} | {f"benevolence {model}": first(model) for model in ADMIN_MODELS}
