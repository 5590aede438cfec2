"""What representatives do all day with cases."""

from datetime import timedelta

from django.utils import timezone

from maintenance.load import pages
from maintenance.load.registry import journey, landmark
from maintenance.load.visiting import Astray, Visitor

REPRESENTATIVE = ["representative"]
READERS = ["representative", "officer"]
CASE, NEXT = "grievances.case", "grievances:grievance_detail"

landmark(CASE, on="grievances:grievance_list", page=NEXT, role="representative")


@journey("grievances.review", kind="read", roles=READERS, weight=3)
def review_cases(visitor: Visitor) -> None:
    """The list, one status of it, one case."""
    visitor.open("grievances:grievance_list")
    visitor.part("grievances:grievance_list", status=visitor.chance.choice(["open", "hearing", "investigation"]))
    visitor.think()
    case = visitor.some(CASE)
    visitor.open(NEXT, case.key, shows=case.label)


@journey("grievances.due", kind="read", roles=READERS, weight=2)
def see_what_is_due(visitor: Visitor) -> None:
    page = visitor.open("grievances:grievance_due_soon")
    found = page.links(NEXT)
    if found:
        visitor.open(NEXT, visitor.chance.choice(found))


@journey("grievances.correct", kind="write", roles=REPRESENTATIVE, weight=2)
def correct_a_case(visitor: Visitor) -> None:
    """The article was another one."""
    case = visitor.some(CASE)
    visitor.open(NEXT, case.key, shows=case.label)
    page = visitor.open("grievances:grievance_update", case.key)
    article = f"Art. {visitor.chance.randint(2, 19)} §{visitor.chance.randint(1, 9)}"
    visitor.save(page, lands=NEXT, contract_article=article, reason=visitor.mark)


@journey("grievances.pursue", kind="write", roles=REPRESENTATIVE, weight=1)
def take_up_and_pursue(visitor: Visitor) -> None:
    """A complaint is taken up, filed, met about, denied, and goes to its second step."""
    key, today = take_up(visitor), timezone.localdate()
    ago = [today - timedelta(days=days) for days in range(4)]
    act(visitor, key, "file", on=ago[3])
    people = {"union_attendees": "The steward", "employer_attendees": "The superintendent"}
    act(visitor, key, "meet", on=ago[2], notes=visitor.mark, **people)
    act(visitor, key, "answer", on=ago[1], is_denied="yes", text=visitor.mark)
    act(visitor, key, "advance", on=ago[1], at="16:00", reason=visitor.mark)


def take_up(visitor: Visitor) -> int:
    """The same member and employer as in a case that stands on the list: an agreement binds them."""
    listed = visitor.open("grievances:grievance_list")
    pairs = [
        (members[0], employers[0])
        for row in listed.rows()
        if (members := pages.keys_in(row, "members:member_detail"))
        and (employers := pages.keys_in(row, "members:organization_detail"))
    ]
    if not pairs:
        raise Astray("no case has a member and an employer")
    member, employer = visitor.chance.choice(pairs)
    page = visitor.open("grievances:grievance_create", member=member, employer=employer)
    shown = visitor.save(
        page,
        lands=NEXT,
        case_type="individual",
        incident_date=timezone.localdate() - timedelta(days=4),
        contract_article="Art. 5 §2",
        violation_description=f"{visitor.mark}: called in on a day off without the rate for it.",
        remedy_sought="The difference to the rate agreed on.",
        is_filed="not_filed",
    )
    return shown.links("grievances:grievance_update")[0]


def act(visitor: Visitor, key: int, verb: str, *, at: str = "09:00", **typed: object) -> None:
    """One verb of the case. The time is asked where the agreement counts hours."""
    page = visitor.open(f"grievances:grievance_{verb}", key)
    if page.form().asks("at"):
        typed["at"] = at
    visitor.save(page, lands=NEXT, **typed)
