"""Activities, scores and salting agreements: pages, rules and what is refused."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ip2a import audit
from ip2a.answers import Refused
from ip2a.models import AuditEntry
from members import exemptions
from members.factories import MemberFactory, OrganizationFactory
from organizing import factories as make
from organizing.models import EmployerScore, SaltingActivity, SaltingAgreement
from organizing.services import outreach as services

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def organizer(signed_in):
    """A browser of an organizer, whom the shell of the test acts for as well."""
    client = signed_in("organizer")
    with audit.acting(user=client.user):
        yield client


def typed(**values):
    member, organization = MemberFactory(), OrganizationFactory()
    return {
        "member": member.pk,
        "organization": organization.pk,
        "activity_date": timezone.localdate().isoformat(),
        "activity_type": "one_on_one",
        "outcome": "positive",
        "workers_contacted": 3,
        "cards_signed": 1,
        **values,
    }


def words_of(answer) -> str:
    return answer.content.decode()


def test_an_activity_is_written_down_and_the_next_one_remembers_where(organizer, today):
    given = typed()
    answer = organizer.post("/organizing/activities/add/", given | {"again": "yes"})
    row = SaltingActivity.objects.get()
    assert (answer.url, row.entered_by, row.activity_date) == ("/organizing/activities/add/", organizer.user, today)
    form = organizer.get("/organizing/activities/add/").context["form"]
    assert {name: form[name].value() for name in ("organization", "member", "activity_date")} == {
        "organization": given["organization"],
        "member": given["member"],
        "activity_date": today,
    }


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"cards_signed": 4}, "More cards than workers contacted: only a card signing can have that."),
        ({"workers_contacted": -1}, "Type 0 or more."),
        ({"outcome": "no_contact"}, "The outcome says that nobody was met, yet workers or cards are counted."),
        ({"activity_date": "2999-01-01"}, "The day lies in the future. Type the day it happened."),
        ({"activity_type": "party"}, "Choose one of the list; “party” is not in it."),
    ],
)
def test_what_cannot_be_is_refused_with_what_was_typed_kept(organizer, values, says):
    answer = organizer.post("/organizing/activities/add/", typed(location="Gate 4", **values))
    assert (answer.status_code, SaltingActivity.objects.count()) == (422, 0)
    assert says in words_of(answer) and "Gate 4" in words_of(answer)


def test_a_card_drive_may_sign_more_than_it_contacted(organizer):
    organizer.post("/organizing/activities/add/", typed(activity_type="card_signing", cards_signed=9))
    assert SaltingActivity.objects.get().cards_signed == 9


def test_a_correction_keeps_the_old_value_and_wants_a_reason(organizer):
    row = make.SaltingActivityFactory(workers_contacted=2)
    given = typed(member=row.member_id, organization=row.organization_id, version=row.version, workers_contacted=5)
    url = f"/organizing/activities/{row.pk}/edit/"
    assert organizer.post(url, given).status_code == 422
    assert organizer.post(url, given | {"reason": "Counted again"}).status_code == 302
    row.refresh_from_db()
    assert (row.workers_contacted, row.correction_reason) == (5, "Counted again")
    entry = AuditEntry.objects.about(row).first()
    assert (entry.old["workers_contacted"], entry.new["workers_contacted"], entry.reason) == (2, 5, "Counted again")
    assert "Counted again" in words_of(organizer.get(row.get_absolute_url()))


def test_an_activity_that_stands_twice_is_removed_and_comes_back(organizer):
    row = make.SaltingActivityFactory()
    organizer.post(f"/organizing/activities/{row.pk}/remove/", {"reason": "Twice"})
    assert list(organizer.get("/organizing/activities/").context["page"].records) == []
    organizer.post(f"/organizing/activities/{row.pk}/restore/")
    assert list(organizer.get("/organizing/activities/").context["page"].records) == [row]


def test_the_list_filters_and_exports(organizer):
    mine = make.SaltingActivityFactory(outcome="positive", workers_contacted=4, cards_signed=2)
    make.SaltingActivityFactory()
    for query in (
        f"employer_id={mine.organization_id}",
        f"member_id={mine.member_id}",
        "outcome=positive",
        "cards=yes",
        f"employer={mine.organization.name}",
    ):
        assert list(organizer.get(f"/organizing/activities/?{query}").context["page"].records) == [mine], query
    lines = b"".join(organizer.get("/organizing/activities/?format=csv&cards=yes").streaming_content).splitlines()
    assert len(lines) == 2


def test_scores_are_words_and_only_the_last_of_each_employer_stands_in_the_list(organizer, today):
    firm = OrganizationFactory()
    make.EmployerScoreFactory(organization=firm, score=1, trade="solar")
    answer = organizer.post(
        "/organizing/scores/add/",
        {"organization": firm.pk, "score": 4, "on": today.isoformat(), "why": "Let us in", "trade": "", "notes": ""},
    )
    assert answer.url == firm.get_absolute_url()
    last = EmployerScore.objects.first()
    assert (last.get_score_display(), last.trade, last.by) == ("Receptive", "solar", organizer.user)
    assert list(organizer.get("/organizing/scores/").context["page"].records) == [last]
    assert len(organizer.get("/organizing/scores/?every=yes").context["page"].records) == 2
    assert list(organizer.get("/organizing/scores/?score=1").context["page"].records) == []


def test_a_score_without_a_reason_or_of_tomorrow_is_refused(organizer, today):
    given = {"organization": OrganizationFactory().pk, "score": 4, "on": today.isoformat(), "why": " "}
    for values in ({}, {"why": "Heard", "on": (today + DAY).isoformat()}, {"why": "Heard", "score": 9}):
        assert organizer.post("/organizing/scores/add/", given | values).status_code == 422
    assert EmployerScore.objects.count() == 0


def test_a_signed_agreement_exempts_its_salt_without_a_word_of_why(organizer, signed_in, today):
    member, firm = MemberFactory(), OrganizationFactory()
    until = today + 90 * DAY
    answer = organizer.post(
        "/organizing/agreements/add/",
        {
            "member": member.pk,
            "organization": firm.pk,
            "directed_by": organizer.user.pk,
            "signed_on": today.isoformat(),
            "starts_on": today.isoformat(),
            "exempt_until": until.isoformat(),
        },
    )
    agreement = SaltingAgreement.objects.get()
    assert (answer.url, agreement.exemption.until_day) == (agreement.get_absolute_url(), until)
    staff = signed_in("staff")
    assert exemptions.until(member, staff.user) == until
    page = words_of(staff.get(member.get_absolute_url()))
    assert "Exempt until" in page and "salt" not in page.lower()
    services.end(agreement, on=today, reason="Laid off", by=organizer.user)
    assert exemptions.until(member, staff.user) == until


def test_an_agreement_that_ended_by_mistake_runs_again_unless_the_employer_signed(organizer, today):
    agreement = make.SaltingAgreementFactory()
    with pytest.raises(Refused, match="It was signed on"):
        services.end(agreement, on=agreement.signed_on - DAY, reason="Wrong", by=organizer.user)
    services.end(agreement, on=today, reason="Wrong salt", by=organizer.user)
    with pytest.raises(Refused, match="ended on"):
        services.end(agreement, on=today, reason="Again", by=organizer.user)
    url = f"/organizing/agreements/{agreement.pk}/take-up/"
    assert organizer.post(url, {"reason": "It was another"}).status_code == 302
    agreement.refresh_from_db()
    assert (agreement.ended_on, agreement.ended_because) == (None, "")
    agreement.organization.is_signatory = True
    agreement.organization.save()
    with pytest.raises(Refused, match="nobody is a salt there"):
        services.take_up(agreement, reason="Again", by=organizer.user)


def test_nobody_becomes_a_salt_at_a_signatory_employer_or_twice_at_one(organizer, today):
    firm, member = OrganizationFactory(is_signatory=True), MemberFactory()
    given = {"member": member.pk, "organization": firm.pk, "directed_by": organizer.user.pk}
    given |= {"signed_on": today.isoformat(), "starts_on": today.isoformat()}
    answer = organizer.post("/organizing/agreements/add/", given)
    assert answer.status_code == 422 and "nobody is a salt there" in words_of(answer)
    given["organization"] = OrganizationFactory().pk
    assert organizer.post("/organizing/agreements/add/", given).status_code == 302
    answer = organizer.post("/organizing/agreements/add/", given)
    assert answer.status_code == 422
    assert "This salt already has an agreement for that employer at that time." in words_of(answer)


@pytest.mark.parametrize("page", ["activities/", "scores/", "agreements/", "activities/add/", "scores/add/"])
@pytest.mark.parametrize("role", ["administrator", "officer", "representative", "instructor", "staff"])
def test_for_everybody_else_there_is_no_such_page(signed_in, role, page):
    assert signed_in(role).get(f"/organizing/{page}").status_code == 404


def titles(client, url) -> set[str]:
    return {panel.title for panel in client.get(url).context["panels"]}


OURS = {"How they stand", "Organizing activities", "Salts", "Salting agreements", "Latest activities"}


def test_panels_stand_on_the_pages_of_those_inside_alone(organizer, signed_in):
    agreement = make.SaltingAgreementFactory()
    member, firm = agreement.member, agreement.organization
    make.SaltingActivityFactory(member=member, organization=firm)
    make.EmployerScoreFactory(organization=firm, why="Let us in")
    pages = {
        firm.get_absolute_url(): {"How they stand", "Organizing activities", "Salts"},
        member.get_absolute_url(): {"Salting agreements", "Organizing activities"},
        "/": {"Latest activities"},
    }
    others = [signed_in(role) for role in ("administrator", "officer", "representative", "staff")]
    for url, expected in pages.items():
        assert titles(organizer, url) & OURS == expected
        assert [titles(client, url) & OURS for client in others] == [set()] * 4


def test_home_tells_of_agreements_that_ended_by_themselves(organizer, today):
    agreement = make.SaltingAgreementFactory()
    assert "Salting agreements that ended" not in titles(organizer, "/")
    agreement.organization.is_signatory = True
    agreement.organization.save()
    assert "Salting agreements that ended" in titles(organizer, "/")
