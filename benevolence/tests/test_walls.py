"""Stories, papers, reviews and books: inside for officers, the own draft for its filer, nothing for anybody else."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client

from benevolence import factories, rules, services, viewing
from benevolence.models import (
    ApplicationStory,
    BenevolenceApplication,
    BenevolenceReview,
    LedgerEntry,
    Recusal,
    StoryAddition,
    Submission,
)
from ip2a import search, timeline
from ip2a.factories import UserFactory
from ip2a.models import Attachment, AuditEntry
from members.factories import MemberEmploymentFactory

pytestmark = pytest.mark.django_db

SECRETS = ["zebra", "surgery", "Dr Ames", "medical"]
OUTSIDERS = ["administrator", "representative", "organizer", "instructor", "staff"]


@pytest.fixture
def case(house):
    """Denied in two rounds, with a paper, an answer and a recusal; every word of it is secret."""
    case = factories.BenevolenceApplicationFactory(story="The zebra needs surgery.", amount_requested=900)
    factories.paper_for(case, "zebra.txt", b"Dr Ames, surgery\n")
    services.submit(case, by=case.filed_by)
    services.ask(case, question="Which zebra?", comments="Dr Ames knows.", by=house["vp"])
    services.answer(case, text="The surgery zebra.", by=case.filed_by)
    services.recuse(case, kind="other", reason="My zebra, too.", by=house["admin"])
    services.deny(case, for_applicant="No surgery for zebras.", comments="Dr Ames again.", by=house["vp"])
    case.refresh_from_db()
    return case


def give_everybody_all_rights():
    """So that only the compartment stands between."""
    rights = Permission.objects.filter(content_type__app_label="benevolence")
    papers = Permission.objects.filter(content_type__app_label="ip2a", content_type__model="attachment")
    for group in Group.objects.exclude(name__in=["representative", "staff"]):
        group.permissions.add(*rights, *papers)


@pytest.mark.parametrize("role", OUTSIDERS)
def test_outside_nothing_of_it_is_in_any_queryset_or_trace(case, role):
    give_everybody_all_rights()
    user = UserFactory(role=role)
    inside = [ApplicationStory, BenevolenceReview, StoryAddition, Submission, Recusal, LedgerEntry]
    if role in ("organizer", "instructor", "administrator"):
        inside.remove(ApplicationStory)  # they hold the right to file in this test, and have filed nothing
    assert {model: model.objects.visible_to(user).count() for model in inside} == dict.fromkeys(inside, 0)
    assert ApplicationStory.objects.visible_to(user).count() == 0
    assert Attachment.objects.visible_to(user).count() == 0
    assert Attachment.objects.visible_beside(user, case.story).count() == 0
    told = str(list(AuditEntry.objects.visible_to(user).values_list("reason", "old", "new")))
    assert [word for word in SECRETS if word in told] == []


@pytest.mark.parametrize("role", OUTSIDERS)
def test_outside_no_page_tells_it(case, role):
    user = UserFactory(role=role)
    client = Client()
    client.force_login(user)
    paper = Attachment.objects.get()
    member = case.member.get_absolute_url()
    paths = ["/", "/search/?q=zebra", f"/search/?q={case.number}", "/audit/", member, f"{member}history/"]
    paths += [
        f"/documents/{paper.pk}/",
        paper.get_download_url(),
        f"/documents/add/benevolence.applicationstory/{case.story.pk}/",
    ]
    for path in paths:
        answer = client.get(path)
        page = b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()
        assert (path, [word for word in ("surgery", "Dr Ames", "zebra.txt") if word in page]) == (path, [])
    assert [event.text for event in timeline.events(user, case.member) if "zebra" in event.text] == []
    assert [hit for source in search.sources() for hit in search.find(user, "zebra", source=source)] == []


def test_inside_officers_see_all_of_it(case, house):
    user = house["president"]
    seen = viewing.seen_by(case, user)
    assert (seen.story.description, seen.reason, len(seen.reviews), len(seen.additions)) == (
        "The zebra needs surgery.",
        "Medical",
        2,
        1,
    )
    assert [paper.name for paper in seen.papers] == ["zebra.txt"]
    assert list(Attachment.objects.visible_to(user)) == [Attachment.objects.get()]
    told = str(list(AuditEntry.objects.visible_to(user).values_list("new", flat=True)))
    assert "The zebra needs surgery." in told and "medical" in told


@pytest.mark.parametrize("role", ["staff", "representative"])
def test_staff_see_state_and_amounts_and_nothing_else(case, role):
    seen = viewing.seen_by(case, UserFactory(role=role))
    assert (seen.state, seen.application.amount_requested, seen.member_name) == ("Denied", 900, str(case.member))
    assert (seen.story, seen.reason, seen.question, seen.words_for_applicant, seen.employers) == (None, "", "", "", "")
    assert (seen.additions, seen.reviews, seen.papers) == ([], [], [])


def test_a_filer_reads_the_own_story_only_while_it_lies_with_the_filer(house):
    case = factories.BenevolenceApplicationFactory(story="The zebra.")
    filer, other, officer = case.filed_by, UserFactory(role="representative"), house["vp"]

    def readers():
        case.refresh_from_db()
        people = {"filer": filer, "other": other, "officer": officer}
        by_rule = [name for name, user in people.items() if rules.may_read_story(user, case)]
        by_rows = [name for name, user in people.items() if ApplicationStory.objects.visible_to(user).exists()]
        by_view = [name for name, user in people.items() if viewing.seen_by(case, user).story is not None]
        assert by_rule == by_rows == by_view
        return by_rule

    assert readers() == ["filer", "officer"]
    services.submit(case, by=filer)
    assert readers() == ["officer"]
    services.ask(case, question="Which?", by=officer)
    assert readers() == ["filer", "officer"]
    assert viewing.seen_by(case, filer).question == "Which?"
    services.answer(case, text="This.", by=filer)
    assert readers() == ["officer"]
    services.withdraw(case, reason="x", by=filer)
    assert readers() == ["filer", "officer"]
    filer.groups.clear()
    filer = type(filer).objects.get(pk=filer.pk)
    assert not ApplicationStory.objects.visible_to(filer).exists()
    assert not rules.may_read_story(filer, case)


def test_a_filer_hears_the_denial_with_when_and_how_to_try_again(case):
    seen = viewing.seen_by(case, case.filed_by)
    day = case.reapply_on
    assert seen.words_for_applicant == "No surgery for zebras."
    assert seen.how_to_reapply == (
        f"A new application is possible from {day:%a} {day.day} {day:%b %Y}. A representative or the office files it; "
        "bring papers that show what has changed."
    )
    assert (seen.story, seen.reviews) == (None, [])


def test_a_blind_review_hides_names_and_employer_from_those_who_decide(house):
    factories.policy_in_force(is_blind=True)
    case = factories.BenevolenceApplicationFactory(amount_requested=900)
    job = MemberEmploymentFactory(member=case.member)
    factories.paper_for(case, "Lima hospital bill.txt")
    services.submit(case, by=case.filed_by)
    case.refresh_from_db()
    seen = viewing.seen_by(case, house["vp"])
    assert (seen.names_hidden, seen.title, seen.member_name, seen.employers) == (
        True,
        case.number,
        viewing.HIDDEN,
        viewing.HIDDEN,
    )
    assert [paper.name for paper in seen.papers] == ["Paper 1 (Text)"]
    assert seen.story.description == "A fall at home."
    mine = viewing.seen_by(case, case.filed_by)
    assert (mine.names_hidden, mine.employers) == (False, job.organization.name)
    for level in ("vp", "admin"):
        services.approve(case, by=house[level])
    case.refresh_from_db()
    assert viewing.seen_by(case, house["vp"]).member_name == str(case.member)


def test_who_may_work_with_applications_at_all():
    rights = {"view": set(), "add": set(), "decide": set(), "pay": set()}
    for role in [*OUTSIDERS, "officer"]:
        user = UserFactory(role=role)
        for verb, roles in rights.items():
            if user.has_perm(f"benevolence.{verb}_benevolenceapplication"):
                roles.add(role)
    assert rights == {
        "view": {"administrator", "officer", "representative", "staff"},
        "add": {"representative", "staff"},
        "decide": {"officer"},
        "pay": {"officer"},
    }
    assert BenevolenceApplication.objects.visible_to(UserFactory(role="organizer")).count() == 0
