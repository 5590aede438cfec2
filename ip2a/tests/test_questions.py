from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ip2a.factories import UserFactory
from ip2a.models import AuditEntry
from ip2a.questions import TRIES, Question, Unaskable, among, hand_out, once, question
from members.factories import MemberEmploymentFactory, MemberFactory
from members.models import Exemption, Member, MemberEmployment, Organization

pytestmark = pytest.mark.django_db


def statements(ask, *given) -> int:
    with CaptureQueriesContext(connection) as queries:
        ask(*given)
    return len(queries)


def test_answer_is_what_the_queryset_gives_with_its_relations():
    job = MemberEmploymentFactory()
    MemberEmploymentFactory()

    @question
    def jobs_of(reader, member):
        return MemberEmployment.objects.visible_to(reader).filter(member=member).select_related("organization")

    staff = UserFactory(role="staff")
    staff.has_perm("members.view_member")  # rights are read once
    with CaptureQueriesContext(connection) as queries:
        found = [(row, row.organization, row.start_date, row.hourly_rate) for row in jobs_of(staff, job.member_id)]
    assert found == [(job, job.organization, job.start_date, job.hourly_rate)]
    assert len(queries) == 1


def test_function_runs_once_for_a_set_of_rights():
    ran = []

    @question
    def members(reader, number):
        ran.append(number)
        return Member.objects.visible_to(reader).filter(member_number=number)

    one, other = MemberFactory(), MemberFactory()
    staff, second, nobody = UserFactory(role="staff"), UserFactory(role="staff"), UserFactory(role="instructor")
    assert (members(staff, one.member_number), members(second, other.member_number)) == ([one], [other])
    assert len(ran) == 1
    assert (members(nobody, one.member_number), len(ran)) == ([], 2)


def test_each_reader_is_answered_for_themselves():
    member, today = MemberFactory(), timezone.localdate()
    one, other = UserFactory(role="representative"), UserFactory(role="representative")
    mine = Exemption.objects.create(member=member, until_day=today, entered_by=one)
    theirs = Exemption.objects.create(member=member, until_day=today, entered_by=other)

    @question
    def entered(reader, member, since):
        return Exemption.objects.visible_to(reader).filter(member=member, until_day__gte=since)

    assert (entered(one, member.pk, today), entered(other, member.pk, today)) == ([mine], [theirs])
    assert entered(one, member.pk, today + timedelta(days=1)) == []


def test_reader_may_stand_where_a_person_would():
    member, one = MemberFactory(), UserFactory(role="representative")
    mine = Exemption.objects.create(member=member, until_day=timezone.localdate(), entered_by=one)

    @question
    def entered(reader, member):
        return Exemption.objects.filter(member=member).filter(entered_by=reader)

    @question
    def entered_by_others(reader, member):
        return Exemption.objects.filter(member=member).exclude(entered_by__in=[reader])

    assert (entered(one, member.pk), entered(UserFactory(role="staff"), member.pk)) == ([mine], [])
    assert (entered_by_others(one, member.pk), entered_by_others(UserFactory(), member.pk)) == ([], [mine])


def test_whoever_may_see_nothing_is_answered_without_a_statement():
    @question
    def members(reader, number):
        return Member.objects.visible_to(reader).filter(pk=number)

    nobody = UserFactory(role="instructor")
    nobody.has_perm("members.view_member")
    assert (members(nobody, 1), statements(members, nobody, 1)) == ([], 0)


def test_rights_that_are_taken_away_count_at_once():
    member, staff = MemberFactory(), UserFactory(role="staff")

    @question
    def members(reader, number):
        return Member.objects.visible_to(reader).filter(pk=number)

    assert members(staff, member.pk) == [member]
    staff.groups.clear()
    assert members(type(staff).objects.get(pk=staff.pk), member.pk) == []


def test_model_makes_a_question_of_its_own():
    member = MemberFactory()
    job = MemberEmploymentFactory(member=member)

    @question
    def records(reader, model, number):
        return model.objects.visible_to(reader).filter(pk=number)

    staff = UserFactory(role="staff")
    assert (records(staff, Member, member.pk), records(staff, MemberEmployment, job.pk)) == ([member], [job])
    assert records(staff, Organization, job.organization_id) == [job.organization]


def test_tuples_and_annotations_come_as_from_the_queryset():
    job = MemberEmploymentFactory()

    @question
    def facts(reader, member):
        return MemberEmployment.objects.visible_to(reader).filter(member=member).values_list("start_date", "is_current")

    assert facts(UserFactory(role="staff"), job.member_id) == [(job.start_date, job.is_current)]


def test_whatever_differs_between_readers_is_refused():
    @question
    def own(reader):
        return Member.objects.filter(email=reader.email)

    with pytest.raises(TypeError, match=r"may ask its reader for rights and number, not for 'email'"):
        own(UserFactory(role="staff"))


def test_question_about_a_link_of_its_reader_is_refused():
    @question
    def taught(reader):
        return Member.objects.all() if hasattr(reader, "instructor") else Member.objects.none()

    with pytest.raises(TypeError, match="instructor"):
        taught(UserFactory(role="staff"))


def test_day_that_is_no_value_is_refused():
    @question
    def since(reader):
        return MemberEmployment.objects.filter(start_date__gte=date(2026, 1, 1))

    with pytest.raises(TypeError, match="value of a day does not stand in the statement"):
        since(UserFactory(role="staff"))


def test_value_that_is_changed_on_its_way_is_refused():
    @question
    def named(reader, part):
        return Member.objects.filter(last_name__contains=part)

    with pytest.raises(TypeError, match=r"value \[1\] does not stand in the statement as it was given"):
        named(UserFactory(role="staff"), "smi")


def test_statement_run_while_asking_is_refused():
    @question
    def newest(reader):
        last = AuditEntry.objects.order_by("-id").values_list("id", flat=True).first()
        return AuditEntry.objects.filter(id=last)

    with pytest.raises(TypeError, match="asks the database while it is put together"):
        newest(UserFactory(role="staff"))


def test_value_of_an_unknown_kind_is_refused():
    @question
    def priced(reader, rate):
        return MemberEmployment.objects.filter(hourly_rate=rate)

    with pytest.raises(TypeError, match="takes numbers, lists of them, texts, days and moments, not float"):
        priced(UserFactory(role="staff"), 41.5)


def test_list_of_numbers_makes_the_same_statement_however_long_it_is():
    ran, one, other = [], MemberFactory(last_name="Abel"), MemberFactory(last_name="Baker")

    @question
    def among(reader, numbers):
        ran.append(numbers)
        return Member.objects.visible_to(reader).filter(pk__among=numbers).order_by("last_name")

    staff = UserFactory(role="staff")
    assert among(staff, [other.pk, one.pk]) == [one, other]
    assert (among(staff, [other.pk]), among(staff, []), len(ran)) == ([other], [], 1)


@pytest.mark.parametrize(("planned_anew", "kept"), [(False, 1), (True, 0)])
def test_statement_is_planned_once_for_a_connection(planned_anew, kept):
    @question(planned_anew=planned_anew)
    def members(reader, number):
        return Member.objects.visible_to(reader).filter(pk=number, notes="planned once")

    def prepared():
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%member%notes%= $2%'")
            return cursor.fetchone()[0]

    staff, before = UserFactory(role="staff"), prepared()
    for number in (1, 2, 3):
        members(staff, number)
    assert prepared() - before == kept


def test_once_is_for_one_record_and_one_reader_and_each_function_keeps_its_own():
    @once
    def called(user, record):
        asked.append((user.pk, record.pk))
        return f"{user.pk} of {record.pk}"

    def other():
        @once
        def called(user, record):
            return "something else"

        return called

    asked: list[tuple[int, int]] = []
    ann, bert, (first, second) = UserFactory(), UserFactory(), MemberFactory.create_batch(2)
    answers = [called(*pair) for pair in ((ann, first), (ann, first), (bert, first), (ann, second))]
    assert answers == [f"{u.pk} of {r.pk}" for u, r in ((ann, first), (ann, first), (bert, first), (ann, second))]
    assert asked == [(ann.pk, first.pk), (bert.pk, first.pk), (ann.pk, second.pk)]
    assert other()(ann, first) == "something else"
    assert called(ann, Member.objects.get(pk=first.pk)) == f"{ann.pk} of {first.pk}"
    assert len(asked) == 4  # a fresh one is asked anew


def test_rows_are_counted_by_the_statement_that_would_fetch_them():
    job = MemberEmploymentFactory()
    MemberEmploymentFactory(member=job.member, start_date=job.start_date - timedelta(days=400))

    @question
    def jobs_of(reader, member):
        return MemberEmployment.objects.visible_to(reader).filter(member=member).order_by().values_list("pk")

    staff, nobody = UserFactory(role="staff"), UserFactory(role="instructor")
    for person in (staff, nobody):
        person.has_perm("members.view_member")
    assert (jobs_of.count(staff, job.member_id), jobs_of.count(nobody, job.member_id)) == (2, 0)
    assert statements(jobs_of.count, staff, job.member_id) == 1


def test_a_question_that_asked_for_what_is_known_from_then_on_is_put_together_the_next_time():
    member, known = MemberFactory(), []

    @question
    def members(reader, number):
        if not known:
            known.append(Member.objects.count())
        return Member.objects.visible_to(reader).filter(pk=number)

    staff = UserFactory(role="staff")
    with pytest.raises(Unaskable):
        members(staff, member.pk)
    assert members.anyway(staff, member.pk) == [member]
    assert members.anyway(staff, member.pk) == members(staff, member.pk) == [member]


def test_a_question_that_asks_every_time_is_soon_left_at_that():
    ran = []

    @question
    def members(reader, number):
        ran.append(number)
        return Member.objects.visible_to(reader).filter(pk__lte=number + Member.objects.count())

    member, staff = MemberFactory(), UserFactory(role="staff")
    for _ in range(TRIES + 2):
        assert members.anyway(staff, member.pk)[0] == member
    ran.clear()
    members.anyway(staff, member.pk)
    assert ran == [member.pk]


def test_records_by_their_numbers_are_those_that_somebody_may_see():
    one, other = MemberFactory(), MemberFactory()
    staff, nobody = UserFactory(role="staff"), UserFactory(role="instructor")
    assert {row.pk for row in among(staff, Member, [one.pk, other.pk, 0])} == {one.pk, other.pk}
    assert (among(nobody, Member, [one.pk]), among(staff, Member, [])) == ([], [])


def test_rows_are_handed_out_as_prefetch_related_would(django_assert_num_queries):
    one, other = MemberFactory(), MemberFactory()
    jobs = [MemberEmploymentFactory(member=one) for _ in range(2)]
    hand_out([one, other], "employments", jobs)
    with django_assert_num_queries(0):
        assert (list(one.employments.all()), list(other.employments.all())) == (jobs, [])
        assert jobs[0].member is one
    hand_out([], "employments", jobs)


def test_only_the_first_rows_are_fetched_and_all_are_counted():
    job = MemberEmploymentFactory()
    for years in (1, 2, 3):
        MemberEmploymentFactory(member=job.member, start_date=job.start_date - timedelta(days=400 * years))

    def jobs(reader, member):
        rows = MemberEmployment.objects.visible_to(reader).filter(member=member).select_related("organization")
        return rows.order_by("-start_date")

    def employers(reader, member):
        return jobs(reader, member).order_by().values_list("member").distinct()

    staff = UserFactory(role="staff")
    first, bounded = Question(jobs, first=2), Question(jobs, first=2, counted_to=2)
    assert first(staff, job.member_id) == first.anyway(staff, job.member_id) == list(jobs(staff, job.member_id)[:2])
    assert (first.count(staff, job.member_id), bounded.count(staff, job.member_id)) == (4, 3)
    assert Question(employers).count(staff, job.member_id) == 1
    assert Question(lambda reader, member: jobs(reader, member)[:3]).count(staff, job.member_id) == 3
