"""What officers and the desk do all day with the fund; deciding and paying are left to people."""

from maintenance.load.registry import journey, landmark
from maintenance.load.visiting import Visitor

APPLICATION = "benevolence.application"

landmark(
    APPLICATION,
    on="benevolence:benevolenceapplication_list",
    page="benevolence:benevolenceapplication_detail",
    role="officer",
)


@journey("benevolence.review", kind="read", roles=["officer"], weight=3)
def read_an_application(visitor: Visitor) -> None:
    """What awaits a decision, and one of them."""
    visitor.open("benevolence:benevolenceapplication_list")
    application = visitor.some(APPLICATION)
    visitor.open("benevolence:benevolenceapplication_detail", application.key, shows=application.label)


@journey("benevolence.eligibility", kind="read", roles=["staff", "representative"], weight=1)
def ask_what_somebody_could_get(visitor: Visitor) -> None:
    visitor.open("benevolence:benevolenceapplication_preview", member=visitor.some("members.member").key)
