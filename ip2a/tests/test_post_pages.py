"""Mail on the screen: the list, one mail, the panel of a record, the home page, and the walls around compartments."""

import csv
import io

import pytest
from django.contrib.auth.models import Group, Permission

from ip2a import panels, post
from ip2a.factories import UserFactory
from ip2a.models import Message
from ip2a.post import delivery, kinds
from ip2a.tests.vault.models import Secret
from members.factories import MemberFactory

pytestmark = pytest.mark.django_db
State = Message.State
NAME = "Zebra plan"


def write(subject="Answer due", **values) -> Message:
    values = {"to": None, "body": "Soon.", "kind": "test.reminder", "key": subject} | values
    return post.send(subject=subject, **values)


def sent(subject, **values) -> Message:
    row = write(subject, **{"to": UserFactory(), **values})
    delivery.deliver(row.pk)
    row.refresh_from_db()
    return row


def page(browser, path) -> str:
    response = browser.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def rows(browser, query="") -> list[str]:
    text = b"".join(browser.get(f"/mail/?{query}&format=csv").streaming_content).decode().lstrip("\ufeff")
    return [line["Subject"] for line in csv.DictReader(io.StringIO(text))]


# The list


def test_the_list_filters_sorts_and_exports(signed_in):
    boss = signed_in("administrator")
    rosa = UserFactory(first_name="Rosa", last_name="Lima", email="rosa@example.org")
    sent("Beta", to=rosa, kind="accounts.stand_in")
    write("Alpha")
    write("Gamma", to="lawyer@example.org")
    assert rows(boss, "sort=subject") == ["Alpha", "Beta", "Gamma"]
    assert rows(boss, "state=sent") == ["Beta"]
    assert rows(boss, "state=trouble") == ["Alpha"]
    assert rows(boss, "kind=accounts.stand_in") == ["Beta"]
    assert rows(boss, "to=lima+rosa") == rows(boss, "to=ROSA@") == ["Beta"]
    assert rows(boss, "q=lawyer") == rows(boss, "q=gam") == ["Gamma"]
    assert rows(boss, "written_from=2999-01-01") == []
    shown = page(boss, "/mail/?state=trouble")
    assert ("Alpha" in shown, "Beta" in shown, "State: Needs a person" in shown) == (True, False, True)


def test_the_page_of_one_kind_names_it_and_offers_all_kinds(signed_in):
    """Also those of mail that only tasks write, which a web process has not read by itself."""
    sent("Beta", kind="accounts.stand_in")
    boss = signed_in("administrator")
    assert "Kind: Standing in" in page(boss, "/mail/?kind=accounts.stand_in")
    assert {"grievances.moved", "organizing.ending"} <= {kind for kind, _ in kinds.choices()}
    assert "Limits that moved" in page(boss, "/mail/")


def test_kinds_declared_later_are_offered(signed_in, monkeypatch):
    monkeypatch.setattr(kinds, "_labels", dict(kinds._labels))
    boss = signed_in("administrator")
    assert "Letters of thanks" not in page(boss, "/mail/")
    post.declare_kind("test.thanks", "Letters of thanks")
    assert "Letters of thanks" in page(boss, "/mail/")


def test_the_list_needs_as_many_queries_for_one_as_for_thirty(signed_in, django_assert_max_num_queries):
    boss = signed_in("administrator")
    write("First", to=UserFactory())
    page(boss, "/mail/")
    with django_assert_max_num_queries(12) as one:
        page(boss, "/mail/")
    for number in range(30):
        write(f"More {number}", to=UserFactory())
    with django_assert_max_num_queries(12) as many:
        page(boss, "/mail/")
    assert len(many) == len(one)


# One mail


def test_a_mail_shows_text_record_and_history(signed_in):
    boss = signed_in("administrator")
    row = sent("Answer due", about=MemberFactory(last_name="Quill"), body="Line one\nhttps://example.org/x <b>")
    shown = page(boss, row.get_absolute_url())
    assert "Quill" in shown and "&lt;b&gt;" in shown and "Send again" not in shown
    assert row.message_id.strip("<>") in shown
    assert "History of Answer due" in page(boss, f"{row.get_absolute_url()}history/")


def test_a_record_that_the_reader_may_not_see_is_not_named(signed_in):
    boss = signed_in("administrator")
    row = write(about=UserFactory(last_name="Nameless"))
    boss.user.groups.get().permissions.remove(Permission.objects.get(codename="view_user"))
    assert "Nameless" not in page(boss, row.get_absolute_url())


def test_an_administrator_sends_again_and_is_told(signed_in, django_capture_on_commit_callbacks, mailoutbox):
    boss, rosa = signed_in("administrator"), UserFactory(email="rosa@example.org")
    row = write(to=rosa)
    Message.objects.update(state=State.UNSURE, last_error=delivery.ENDED)
    shown = page(boss, f"/mail/{row.pk}/again/")
    assert "then the person gets it twice" in shown and delivery.ENDED in shown
    with django_capture_on_commit_callbacks(execute=True):
        answer = boss.post(f"/mail/{row.pk}/again/", follow=True)
    assert "“Answer due” is on its way again." in answer.content.decode()
    assert [mail.to for mail in mailoutbox] == [["rosa@example.org"]]
    again = boss.get(f"/mail/{row.pk}/again/", follow=True).content.decode()
    assert "This mail was sent. If it is needed once more" in again


def test_a_refusal_stands_on_the_page(signed_in):
    boss, row = signed_in("administrator"), write(to=None)
    answer = boss.post(f"/mail/{row.pk}/again/")
    assert (answer.status_code, "Nobody is named to send it to." in answer.content.decode()) == (422, True)


def test_giving_up_asks_for_a_reason_and_leaves_the_home_page(signed_in):
    boss, row = signed_in("administrator"), write("Lost letter")
    assert "Lost letter" in page(boss, "/")
    assert boss.post(f"/mail/{row.pk}/give-up/", {"reason": ""}).status_code == 422
    answer = boss.post(f"/mail/{row.pk}/give-up/", {"reason": "Told by phone"}, follow=True).content.decode()
    assert "will not be sent again by itself" in answer
    assert f"Given up by {boss.user}: Told by phone" in answer
    assert "Mail that did not go out" not in page(boss, "/")


def test_a_line_of_a_digest_acts_on_the_whole_digest(signed_in, mailoutbox):
    boss, rosa = signed_in("administrator"), UserFactory()
    line = write("Line", to=rosa, digest=True)
    assert "This waits for the next digest" in boss.get(f"/mail/{line.pk}/again/", follow=True).content.decode()
    carrier = write("Digest", to=rosa)
    values = {"state": State.UNSURE, "last_error": delivery.ENDED}
    Message.objects.filter(pk=line.pk).update(carrier=carrier, **values)
    Message.objects.filter(pk=carrier.pk).update(**values)
    assert "the whole digest is sent again" in page(boss, f"/mail/{line.pk}/again/")
    assert "Line" in page(boss, carrier.get_absolute_url())
    assert f'href="{carrier.get_absolute_url()}"' in page(boss, line.get_absolute_url())
    boss.post(f"/mail/{line.pk}/give-up/", {"reason": "Told"})
    assert set(Message.objects.values_list("state", flat=True)) == {State.DEAD}


# The panel of a record


@pytest.fixture
def shown_on_members(monkeypatch):
    monkeypatch.setitem(panels._panels, "members.member", list(panels._panels["members.member"]))
    post.show_on("members.member")


def test_a_record_shows_its_mail_to_who_sees_the_record(shown_on_members, signed_in):
    member = MemberFactory()
    assert 'id="mail"' not in page(signed_in("staff"), member.get_absolute_url())
    sent("Answer due", about=member)
    row = write("Hearing", about=member)
    shown = page(signed_in("staff"), member.get_absolute_url())
    assert "Answer due" in shown and "Nobody is named to send it to." in shown
    assert f"/mail/{row.pk}/again/" in shown and f'href="/mail/{row.pk}/"' not in shown
    reader = page(signed_in("organizer"), member.get_absolute_url())
    assert "Hearing" in reader and "/again/" not in reader


def test_from_the_panel_it_is_sent_again_by_who_may_change_the_record(
    shown_on_members, signed_in, mailoutbox, django_capture_on_commit_callbacks
):
    member, clerk = MemberFactory(), signed_in("staff")
    row = write("Hearing", to=UserFactory(), about=member)
    Message.objects.update(state=State.DEAD, last_error="Refused.")
    page(clerk, f"/mail/{row.pk}/again/")
    with django_capture_on_commit_callbacks(execute=True):
        answer = clerk.post(f"/mail/{row.pk}/again/")
    assert (answer.url, len(mailoutbox)) == (f"{member.get_absolute_url()}#mail", 1)


def test_who_sees_neither_mail_nor_record_is_refused_alike_whether_it_is_there(signed_in):
    teacher, row = signed_in("instructor"), write(about=MemberFactory())
    assert [teacher.get(f"/mail/{pk}/again/").status_code for pk in (row.pk, 999_999_999)] == [403, 403]
    assert teacher.post(f"/mail/{row.pk}/give-up/", {"reason": "x"}).status_code == 403


# Compartments


@pytest.fixture
def secret(db):
    """Everybody has the model's rights, so that only the compartment stands between."""
    for group in Group.objects.all():
        group.permissions.add(*Permission.objects.filter(content_type__app_label="vault"))
    return Secret.objects.create(name=NAME, member=MemberFactory())


def test_outside_a_compartment_its_mail_does_not_exist(secret, signed_in):
    row = write(f"About the {NAME}", about=secret)
    assert row.compartment == "organizing"
    boss = signed_in("administrator")
    answers = [boss.get(f"/mail/{row.pk}/{path}").status_code for path in ("", "history/", "again/", "give-up/")]
    assert answers == [404] * 4
    assert rows(boss) == []
    for path in ("/mail/", "/", "/audit/"):
        assert (path, NAME in page(boss, path)) == (path, False)
    assert boss.post(f"/mail/{row.pk}/give-up/", {"reason": "x"}).status_code == 404
    for role in ("officer", "representative", "staff"):
        user = UserFactory(role=role)
        assert list(post.of(secret, user)) == list(Message.objects.visible_to(user)) == []


def test_inside_it_stands_with_its_record_and_on_the_home_page(secret, signed_in, django_capture_on_commit_callbacks):
    row = write(f"About the {NAME}", about=secret)
    jamal = signed_in("organizer")
    assert list(post.of(secret, jamal.user)) == [row]
    assert f"/mail/{row.pk}/again/" in page(jamal, secret.get_absolute_url())
    home = page(jamal, "/")
    assert "Mail that did not go out" in home and f"{secret.get_absolute_url()}#mail" in home
    assert jamal.get(f"/mail/{row.pk}/").status_code == 403
    page(jamal, f"/mail/{row.pk}/give-up/")
    jamal.post(f"/mail/{row.pk}/give-up/", {"reason": "Told"})
    row.refresh_from_db()
    assert row.settled_at is not None


def test_a_mail_may_be_put_into_a_compartment_that_its_record_is_not_in(signed_in):
    member = MemberFactory()
    write("Story", about=member, compartment="benevolence")
    seen = {role: len(post.of(member, UserFactory(role=role))) for role in ("officer", "staff", "administrator")}
    assert seen == {"officer": 1, "staff": 0, "administrator": 0}
