"""Case files in the administration pages: to look at, for officers too; only subjects are kept here."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grievances import factories, services
from grievances.models import Subject
from grievances.services import Told
from ip2a.factories import UserFactory
from ip2a.models import AuditEntry
from members.factories import MemberFactory

pytestmark = pytest.mark.django_db
MODELS = ("grievance", "grievancesteprecord", "grievant", "caseevent", "deadline", "informationrequest", "decision")


def admin(model, page, *args):
    return reverse(f"admin:grievances_{model}_{page}", args=args)


@pytest.fixture
def file():
    by = UserFactory(role="representative")
    case = factories.case(by=by, case_type="group", member=MemberFactory(last_name="Lima"))
    services.join(case, member=MemberFactory(last_name="Okafor"), on=date(2026, 3, 4), by=by)
    request = services.ask(case, direction="ours", what="The call lists", on=date(2026, 3, 5), by=by)
    services.turn(request, kind="refused", on=date(2026, 3, 6), by=by, text="They are private.")
    told = Told(on=date(2026, 3, 9), how="certified", whom="Rosa Lima")
    case = services.withdraw(case, on=date(2026, 3, 10), by=by, reason="No witness", told=told)
    return {
        "grievance": case,
        "grievancesteprecord": case.step_records.first(),
        "grievant": case.grievants.get(),
        "caseevent": case.events.first(),
        "deadline": case.deadlines.first(),
        "informationrequest": request,
        "decision": case.decisions.get(),
    }


@pytest.mark.parametrize("model", MODELS)
def test_officers_look_at_every_part_of_a_file_and_change_nothing(signed_in, file, model):
    browser, record = signed_in("officer"), file[model]
    assert browser.get(admin(model, "changelist")).status_code == 200
    assert browser.get(admin(model, "change", record.pk)).status_code == 200
    assert browser.post(admin(model, "change", record.pk), {}).status_code == 403
    assert browser.get(admin(model, "add")).status_code == 403
    assert browser.post(admin(model, "delete", record.pk), {"post": "yes"}).status_code == 403
    assert type(record).objects.filter(pk=record.pk).exists()


@pytest.mark.parametrize("role", ["administrator", "representative", "staff"])
def test_others_do_not_enter_case_files_by_this_door(signed_in, file, role):
    assert signed_in(role).get(admin("grievance", "changelist")).status_code in (302, 403)


def test_a_case_shows_its_whole_file_and_leads_to_its_page(signed_in, file):
    case = file["grievance"]
    page = signed_in("officer").get(admin("grievance", "change", case.pk)).content.decode()
    for words in ("Okafor", "The call lists", "No witness", "Withdrawn", file["deadline"].label):
        assert words in page
    assert case.get_absolute_url() in page
    assert 'name="_save"' not in page


def test_a_decision_shows_how_the_grievant_was_told_and_a_request_its_refusal(signed_in, file):
    officer = signed_in("officer")
    assert "By certified letter" in officer.get(admin("decision", "change", file["decision"].pk)).content.decode()
    page = officer.get(admin("informationrequest", "change", file["informationrequest"].pk)).content.decode()
    assert "They are private." in page


@pytest.mark.parametrize("model", MODELS)
def test_parts_of_a_file_are_found_by_the_grievant(signed_in, file, model):
    officer = signed_in("officer")
    for text, is_found in (("lima", True), ("nobody", False)):
        page = officer.get(admin(model, "changelist"), {"q": text}).content.decode()
        assert (admin(model, "change", file[model].pk) in page) == is_found


def test_the_list_asks_the_same_for_one_case_and_for_many(signed_in, file):
    officer = signed_in("officer")

    def questions():
        with CaptureQueriesContext(connection) as queries:
            officer.get(admin("grievance", "changelist"))
        return len(queries)

    one = questions()
    for _ in range(3):
        factories.case()
    assert questions() == one


def test_an_administrator_keeps_the_subjects_and_deletes_none(signed_in):
    browser = signed_in("administrator")
    assert browser.post(admin("subject", "add"), {"name": "Tools", "is_active": "on"}).status_code == 302
    subject = Subject.objects.get(name="Tools")
    assert browser.post(admin("subject", "change", subject.pk), {"name": "Tools and gear"}).status_code == 302
    subject.refresh_from_db()
    assert (subject.name, subject.is_active) == ("Tools and gear", False)
    entry = AuditEntry.objects.about(subject).first()
    assert (entry.actor_id, entry.reason) == (browser.user.pk, "Changed in the administration pages")
    assert browser.post(admin("subject", "delete", subject.pk), {"post": "yes"}).status_code == 403
    assert signed_in("officer").post(admin("subject", "change", subject.pk), {"name": "X"}).status_code == 403
