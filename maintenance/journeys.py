"""The foundation's errands and the caretaker's: the first lies below this app and so cannot register itself."""

from maintenance.load.registry import STAFFING, journey
from maintenance.load.visiting import Visitor


@journey("ip2a.begin", kind="read", roles=list(STAFFING), weight=1)
def begin(visitor: Visitor) -> None:
    """The home page, as after each coffee."""
    visitor.open("home")


@journey("maintenance.look-after", kind="read", roles=["administrator"], weight=2)
def look_after(visitor: Visitor) -> None:
    visitor.open("maintenance:finding_list")
    visitor.open("maintenance:schedule")
