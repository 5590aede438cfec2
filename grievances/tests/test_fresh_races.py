"""Two people at once: one wins, the other is told; nothing is lost and nobody waits for ever."""

from collections.abc import Callable
from datetime import date
from threading import Barrier, Thread

from django.db import connection

from grievances import deadlines, moves, services
from grievances.factories import FILED, case
from grievances.models import ContractHoliday, Grievance
from grievances.services.ending import Told
from ip2a.answers import Refused
from ip2a.factories import UserFactory
from members.factories import MemberFactory

END = date(2026, 4, 1)
TOLD = Told(on=END, how="phone", whom="Rosa Lima")


def at_once(*acts: Callable[[], object]) -> list[str]:
    ready, answers = Barrier(len(acts)), []

    def run(act):
        try:
            ready.wait(10)
            act()
            answers.append("done")
        except Refused as refusal:
            answers.append(str(refusal))
        except Exception as error:  # shown by the comparison below
            answers.append(repr(error))
        finally:
            connection.close()

    threads = [Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(answers, key=lambda answer: answer != "done")


def test_two_at_once_and_the_second_is_told(committed_db):
    rep = UserFactory(role="representative")
    one = case(by=rep)
    first, second = at_once(
        lambda: services.settle(one, on=END, by=rep, resolution="Paid"),
        lambda: services.withdraw(one, on=END, by=rep, reason="Weak", told=TOLD),
    )
    assert first == "done" and "since Wed 1 Apr 2026. Reopen it first" in second

    two = case(by=rep, case_type="group")
    limit = two.deadlines.running().order_by("due_on").first()
    first, second = at_once(*[lambda: services.extend(limit, on=FILED, by=rep, agreed_by="J. Roe", amount=5)] * 2)
    assert first == "done" and "superseded meanwhile" in second
    assert two.events.filter(kind="extended").count() == 1

    member = MemberFactory()
    answers = at_once(*[lambda: services.join(two, member=member, on=FILED, by=rep)] * 2)
    assert answers == ["done", "This member is in the group already."]

    filed = two.events.get(kind="filed")
    first, second = at_once(*[lambda: services.correct(filed, on=FILED, by=rep, reason="Stamp")] * 2)
    assert first == "done" and "was corrected already" in second

    agreement = two.agreement_version.agreement
    ContractHoliday.objects.create(agreement=agreement, name="Founders' day", on=date(2026, 3, 13))
    answers = at_once(
        lambda: moves.refresh_agreement(agreement, reason="Founders' day"),
        lambda: services.advance(two, to=2, on=date(2026, 3, 12), by=rep),
    )
    assert answers == ["done", "done"]
    two = Grievance.objects.get(pk=two.pk)
    assert two.current_step == "step_2"
    assert deadlines.refresh(two, reason="Again") == []
