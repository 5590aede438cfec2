"""Who is away, who stands in, and the pages that say so."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from ip2a import services
from ip2a.accounts import absences
from ip2a.answers import Refused
from ip2a.factories import UserFactory
from ip2a.models import Absence, AuditEntry, Message

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def away(user, stand_in, first=0, last=4, **values) -> Absence:
    last_day = None if last is None else day(last)
    return Absence.objects.create(user=user, stand_in=stand_in, first_day=day(first), last_day=last_day, **values)


@pytest.fixture
def people(db):
    names = ("Ada", "Ben", "Cleo", "Dan")
    return [UserFactory(first_name=name, last_name="Person", role="representative") for name in names]


# Who stands in


def test_the_stand_in_counts_from_the_first_to_the_last_day(people):
    ada, ben, *_ = people
    away(ada, ben)
    found = {number: absences.stand_in(ada, day(number)) for number in (-1, 0, 4, 5)}
    assert found == {-1: None, 0: ben, 4: ben, 5: None}
    assert absences.answering_for(ben, day(0)) == [ada]
    assert absences.answering_for(ben, day(5)) == absences.answering_for(ada, day(0)) == []


def test_without_a_last_day_it_lasts(people):
    ada, ben, *_ = people
    away(ada, ben, last=None)
    assert absences.stand_in(ada, day(4000)) == ben


def test_a_chain_is_followed_to_who_is_there(people):
    ada, ben, cleo, dan = people
    for one, other in ((ada, ben), (ben, cleo), (cleo, dan)):
        away(one, other)
    assert [absences.stand_in(user, day(1)) for user in people] == [dan, dan, dan, None]
    assert absences.answering_for(dan, day(1)) == [ada, ben, cleo]
    assert absences.answering_for(cleo, day(1)) == []


def test_a_circle_ends_after_one_round(people):
    ada, ben, cleo, dan = people
    for one, other in ((ada, ben), (ben, cleo), (cleo, ben), (dan, ada)):
        away(one, other)
    assert [absences.stand_in(user, day(1)) for user in people] == [None] * 4


def test_who_is_inactive_stands_in_for_nobody_but_their_own_stand_in_does(people):
    ada, ben, cleo, _ = people
    away(ada, ben)
    ben.is_active = False
    ben.save(update_fields=["is_active"])
    assert absences.stand_in(ada, day(1)) is None
    away(ben, cleo)
    assert (absences.stand_in(ada, day(1)), absences.answering_for(ben, day(1))) == (cleo, [])


def test_an_absence_taken_back_does_not_count(people):
    ada, ben, *_ = people
    away(ada, ben, deleted_at=timezone.now())
    assert absences.stand_in(ada, day(1)) is None


def test_everybody_at_once_takes_one_query(people, django_assert_num_queries):
    ada, ben, cleo, dan = people
    for one, other in ((ada, ben), (ben, cleo), (cleo, dan)):
        away(one, other)
    with django_assert_num_queries(1):
        assert absences.stand_ins(day(1)) == {ada.pk: dan, ben.pk: dan, cleo.pk: dan}


# What the database promises


@pytest.mark.parametrize(("first", "last"), [(4, 9), (-3, 0), (1, 2), (-3, None), (2, None)])
def test_absences_of_one_person_do_not_overlap(people, first, last):
    ada, ben, cleo, _ = people
    away(ada, ben)
    with pytest.raises(IntegrityError, match="absence_one_at_a_time"), transaction.atomic():
        away(ada, cleo, first, last)
    away(cleo, ben, first, last)


def test_neighbouring_days_and_those_taken_back_may_be_used(people):
    ada, ben, *_ = people
    away(ada, ben)
    away(ada, ben, 5, None)
    away(ada, ben, -4, -1)
    away(ada, ben, 0, 9, deleted_at=timezone.now())
    assert Absence.objects.live().count() == 3


def test_nobody_stands_in_for_themselves_and_the_days_are_in_order(people):
    ada, ben, *_ = people
    with pytest.raises(IntegrityError, match="absence_somebody_else"), transaction.atomic():
        away(ada, ada)
    with pytest.raises(IntegrityError, match="absence_in_order"), transaction.atomic():
        away(ada, ben, 4, 0)


# The verbs


def refusal(verb, *args, **kwargs) -> str:
    with pytest.raises((Refused, services.Taken)) as caught:
        verb(*args, **kwargs)
    return str(caught.value)


def test_saving_tells_the_stand_in_by_mail_once_for_each_version(
    people, mailoutbox, django_capture_on_commit_callbacks
):
    ada, ben, *_ = people
    absence = Absence(user=ada, stand_in=ben, first_day=day(0), last_day=day(4), note="Keys are with Dan.")
    with django_capture_on_commit_callbacks(execute=True):
        absence = absences.save(absence, by=ada)
        absence.last_day = day(0)
        absences.save(absence, by=ada, version=absence.version, reason="Shorter")
    assert [mail.subject for mail in mailoutbox] == [
        "You stand in for Ada Person: Mon 2 Mar 2026 to Fri 6 Mar 2026",
        "You stand in for Ada Person: Mon 2 Mar 2026",
    ]
    assert mailoutbox[0].to == [ben.email] and "Keys are with Dan." in mailoutbox[0].body
    assert AuditEntry.objects.about(absence).first().reason == "Shorter"


def test_overlapping_days_and_strangers_are_refused_in_words(people):
    ada, ben, cleo, dan = people
    away(ada, ben)
    overlapping = Absence(user=ada, stand_in=cleo, first_day=day(2))
    assert refusal(absences.save, overlapping, by=ada) == (
        "These days overlap another absence. Change that one, or choose other days."
    )
    strange = Absence(user=ada, stand_in=cleo, first_day=day(20))
    assert refusal(absences.save, strange, by=dan) == (
        "Only Ada Person, or an administrator, says when Ada Person is away."
    )
    cleo.is_active = False
    assert refusal(absences.save, strange, by=ada) == (
        "The account of Cleo Person is deactivated. Choose somebody else."
    )
    assert Message.objects.count() == 0


def test_coming_back_early_ends_it_the_day_before(people):
    ada, ben, *_ = people
    absence = absences.end(away(ada, ben, last=None), by=ada, on=day(3))
    assert (absence.last_day, absence.is_removed) == (day(2), False)
    assert refusal(absences.end, absence, by=ada, on=day(9)) == "This absence ended on Wed 4 Mar 2026."


def test_what_has_not_begun_is_taken_back(people):
    ada, ben, *_ = people
    absence = absences.end(away(ada, ben), by=ada, on=day(0))
    assert absence.is_removed
    assert refusal(absences.end, absence, by=ada, on=day(0)).startswith("This absence was taken back.")
    assert refusal(absences.save, absence, by=ada).startswith("This absence was taken back.")


# The pages


def form(stand_in, first, last="", **values) -> dict:
    return {"first_day": first, "last_day": last, "stand_in": stand_in.pk, "note": "", **values}


def text(browser, path, *args, **kwargs) -> str:
    return browser.get(path, *args, follow=True, **kwargs).content.decode()


def test_somebody_says_when_they_are_away_changes_it_and_is_back(signed_in):
    ada, ben = signed_in("staff"), UserFactory(first_name="Ben", last_name="Stand", role="staff")
    today = timezone.localdate()
    answer = ada.post("/account/away/add/", form(ben, today - timedelta(days=2)), follow=True).content.decode()
    assert "until further notice; Ben Stand stands in." in answer and "End it: back today" in answer
    absence = Absence.objects.get()
    assert (absence.user, absence.stand_in, absence.last_day) == (ada.user, ben, None)
    url = f"/account/away/{absence.pk}/edit/"
    assert "Ben Stand (Staff)" in text(ada, url)
    changed = form(ben, absence.first_day, today, version=absence.version, note="Call me", reason="Sooner")
    assert ada.post(url, changed).url == "/account/away/"
    stale = ada.post(url, form(ben, today, version=absence.version))
    assert stale.status_code == 409
    assert "Welcome back." in ada.post(f"/account/away/{absence.pk}/end/", follow=True).content.decode()
    absence.refresh_from_db()
    assert (absence.last_day, absence.note) == (today - timedelta(days=1), "Call me")


def test_an_overlap_is_said_and_nothing_typed_is_lost(signed_in):
    ada, ben = signed_in("staff"), UserFactory()
    ada.post("/account/away/add/", form(ben, "2026-03-02", "2026-03-06"))
    answer = ada.post("/account/away/add/", form(ben, "2026-03-05", note="Second try"))
    assert answer.status_code == 422
    assert "These days overlap another absence." in answer.content.decode()
    assert "Second try" in answer.content.decode()


def test_one_cannot_choose_oneself_or_somebody_deactivated(signed_in):
    ada, gone = signed_in("staff"), UserFactory(is_active=False)
    for stand_in in (ada.user, gone):
        assert ada.post("/account/away/add/", form(stand_in, "2026-03-02")).status_code == 422
    assert Absence.objects.count() == 0


def test_an_absence_of_somebody_else_is_left_alone(signed_in):
    ben = signed_in("staff")
    absence = away(UserFactory(), ben.user)
    assert ben.get(f"/account/away/{absence.pk}/edit/").status_code == 403
    assert ben.post(f"/account/away/{absence.pk}/end/").status_code == 403
    assert "You stand in for" not in text(ben, "/account/away/")  # it is long over


def test_an_administrator_enters_it_on_the_persons_page(signed_in):
    boss, ada, ben = signed_in("administrator"), UserFactory(first_name="Ada", last_name="Ill"), UserFactory()
    assert "Say when Ada Ill is away" in text(boss, f"/people/{ada.pk}/away/")
    today = timezone.localdate()
    answer = boss.post(f"/people/{ada.pk}/away/", form(ben, today))
    assert answer.url == ada.get_absolute_url()
    assert "until further notice" in text(boss, answer.url)
    boss.post(f"/account/away/{Absence.objects.get().pk}/end/")
    assert Absence.objects.live().count() == 0


def test_home_says_who_is_away_to_those_it_concerns(signed_in):
    ada, ben, other = signed_in("staff", first_name="Ada", last_name="Away"), signed_in("staff"), signed_in("staff")
    today = timezone.localdate()
    Absence.objects.create(user=ada.user, stand_in=ben.user, first_day=today, note="Keys are with Dan.")
    assert f"{ben.user} gets your reminders, too." in text(ada, "/")
    assert "You stand in for Ada Away" in text(ben, "/") and "Keys are with Dan." in text(ben, "/")
    assert "Ada Away, from" in text(ben, "/account/away/")
    assert "Away today" not in text(other, "/")
    Absence.objects.create(user=ben.user, stand_in=ada.user, first_day=today)
    assert "Nobody stands in for you:" in text(ada, "/")
