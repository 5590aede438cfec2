"""Forms and letters: what they say of a case, what stays a gap, when they are offered, and who drafts them."""

from datetime import date

import pytest
from django.test import override_settings
from django.urls import reverse

from grievances import services
from grievances.factories import case, complaint
from grievances.tests.packing import told_case
from ip2a import papers
from ip2a.models import Attachment, Message
from ip2a.papers import registry
from members.factories import MemberFactory, OrganizationFactory

CASE_PAPERS = [
    "Grievance form",
    "Extension letter",
    "Appeal to the next step",
    "Request for arbitration",
    "Withdrawal notice",
    "Letter to the grievant about a decision",
]


@pytest.fixture
def rep(signed_in):
    return signed_in("representative", first_name="Avery", last_name="Kline")


@pytest.fixture
def grievance(rep):
    return case(
        by=rep.user,
        member=MemberFactory(first_name="Rosa", last_name="Lima", address="12 Elm Street", city="Alton", state="IL"),
        employer=OrganizationFactory(name="Volt Electric", address="1 Main Street", city="Alton", state="IL"),
        contract_article="Art. 12 §3",
        remedy_sought="Pay for eight hours.",
    )


def address(record, key) -> str:
    return reverse("paper_draft", args=[record._meta.label_lower, record.pk, f"grievances.{key}"])


def draft(client, record, key) -> str:
    answer = client.get(address(record, key))
    assert answer.status_code == 200
    return answer.context["form"].initial["body"]


def titles(record, user) -> list[str]:
    return [title for title, _ in papers.offered(record, user)]


def test_the_grievance_form_says_what_the_case_says_and_leaves_lines_for_the_rest(rep, grievance):
    text = draft(rep, grievance, "step_form")
    assert text.startswith(
        "# Grievance form: step 1, supervisor\n\n"
        f"**Grievance number:** {grievance.grievance_number}\n**Grievant:** Rosa Lima\n**Employer:** Volt Electric\n"
    )
    for words in (
        "**Articles violated:** Art. 12 §3, and all other",
        "**Day it was filed:** March 3, 2026",
        "Passed over for overtime on a Saturday.",
        "Pay for eight hours.",
        "- [ ] Denied, for the reasons written below",
        "Received for the employer: ____",
    ):
        assert words in text


def test_the_extension_letter_names_the_limit_that_comes_first(rep, grievance):
    text = draft(rep, grievance, "extension")
    assert "**Step 1 meeting**, which is due on March 10, 2026, is extended to and including ____" in text
    assert "Until we have it signed, we go by the present date." in text


def test_the_appeal_names_the_next_step_and_the_answer_it_is_about(rep, grievance):
    services.receive_answer(grievance, on=date(2026, 3, 12), by=rep.user, is_denied=True)
    text = draft(rep, grievance, "appeal")
    assert "**Re: Grievance GR-2026-0001, Rosa Lima. Appeal to step 2 (department head)**" in text
    assert "was not resolved at step 1 (supervisor). The employer's answer of March 12, 2026 is not acceptable" in text
    assert "meet: Chief steward and department head." in text


def test_the_referral_names_the_last_step(rep, grievance):
    text = draft(rep, grievance, "referral")
    assert "procedure: Arbitration.\n" in text
    assert "Remedy asked for:** Pay for eight hours." in text


def test_the_withdrawal_is_without_prejudice(rep, grievance):
    text = draft(rep, grievance, "withdrawal")
    assert "withdraws grievance GR-2026-0001, filed on March 3, 2026 under Agreement" in text
    assert "without prejudice and without precedent" in text


def test_the_letter_to_the_grievant_tells_the_last_decision_and_why(rep, grievance):
    services.decide(
        grievance,
        kind="not_arbitrate",
        reason="The sign-up list has her name at the end.",
        on=date(2026, 4, 20),
        by=rep.user,
        appeal_until=date(2026, 5, 20),
    )
    text = draft(rep, grievance, "notice")
    assert "Rosa Lima\n12 Elm Street\nAlton, IL" in text
    assert "On April 20, 2026 the local decided **not to arbitrate**." in text
    assert "The sign-up list has her name at the end." in text
    assert "inside the union until May 20, 2026." in text


def test_an_information_request_asks_in_the_words_of_the_record(rep, grievance):
    request = services.ask(
        grievance, direction="ours", what="The overtime list.", on=date(2026, 3, 4), by=rep.user, asked_of="Pat Moss"
    )
    text = draft(rep, request, "information_request")
    assert "Pat Moss\nVolt Electric\n1 Main Street\nAlton, IL" in text
    assert "the union asks for the following:\n\nThe overtime list.\n" in text
    assert "Please let us have it by **March 14, 2026**" in text
    assert titles(request, rep.user) == ["Information request"]


def test_what_the_employer_asked_is_answered(rep, grievance):
    request = services.ask(grievance, direction="theirs", what="Her time cards.", on=date(2026, 3, 4), by=rep.user)
    assert "Your request for information of March 4, 2026" in draft(rep, request, "information_answer")
    assert titles(request, rep.user) == ["Answer to the employer's information request"]


def test_a_group_and_a_policy_grievance_say_who_they_are_for(rep):
    group = case(by=rep.user, case_type="group", member=MemberFactory(first_name="Rosa", last_name="Lima"))
    for _ in range(2):
        services.join(group, member=MemberFactory(), on=group.filed_date, by=rep.user)
    assert "**Grievant:** Rosa Lima and 2 others\n" in draft(rep, group, "step_form")
    policy = case(by=rep.user, case_type="policy", member=None)
    assert "**Grievant:** the union, for all affected employees\n" in draft(rep, policy, "step_form")


def test_what_the_case_does_not_say_is_a_gap_that_must_be_filled(rep):
    unfiled = complaint(by=rep.user)
    text = draft(rep, unfiled, "step_form")
    assert "**Grievance number:** [grievance number?]\n" in text
    answer = rep.post(address(unfiled, "step_form"), {"body": text, "act": "keep"})
    assert answer.status_code == 422
    assert Attachment.objects.count() == 0


def test_only_papers_that_make_sense_are_offered(rep, grievance):
    assert titles(grievance, rep.user) == CASE_PAPERS[:-1]  # nothing was decided
    assert titles(complaint(by=rep.user), rep.user) == ["Grievance form"]
    withdrawn = told_case(rep.user)
    assert titles(withdrawn, rep.user) == [CASE_PAPERS[0], *CASE_PAPERS[-2:]]


def test_at_the_last_step_before_arbitration_nothing_is_left_to_appeal_to(rep, grievance):
    for step in (2, 3):
        services.advance(grievance, to=step, on=date(2026, 3, 20), by=rep.user)
    grievance.refresh_from_db()
    assert "Appeal to the next step" not in titles(grievance, rep.user)
    answer = rep.get(address(grievance, "appeal"))
    assert answer.status_code == 403


def test_who_reads_cases_drafts_nothing(signed_in, grievance):
    officer = signed_in("officer")
    assert titles(grievance, officer.user) == []
    assert officer.get(address(grievance, "step_form")).status_code == 403


def test_the_page_of_a_case_offers_them_and_a_kept_one_is_a_document_that_was_not_sent(rep, grievance):
    page = rep.get(grievance.get_absolute_url()).content.decode()
    assert [title for title in CASE_PAPERS[:-1] if title not in page] == []
    with override_settings(LOCAL_NAME="Local 1245"):
        text = draft(rep, grievance, "withdrawal")
        rep.post(address(grievance, "withdrawal"), {"body": text, "act": "keep"})
    row = Attachment.objects.of(grievance).get()
    assert (row.category, row.media_type) == ("correspondence", "application/pdf")
    assert Message.objects.count() == 0


def test_every_paper_can_be_filled_from_a_bare_case(rep):
    bare = case(by=rep.user, employer=OrganizationFactory(address="", city="", state="", zip_code=""))
    for kind in registry.of_model("grievances.grievance"):
        values = kind.fill(bare, rep.user)
        assert (values.keys() - kind.fields.keys(), {type(value) for value in values.values()}) == (set(), {str})
