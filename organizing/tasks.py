from ip2a import compartments
from maintenance.schedule import scheduled
from organizing.services import endings, practices


@scheduled("days-that-come-near", "Days that come near", "Reminds people of days that they must keep.")
def remind_of_charges() -> int:
    """Every morning: who is inside is told of charges that must be filed and served soon, and of what ends soon. Safe
    to run twice."""
    with compartments.system("organizing", "reminders of charges"):
        return practices.remind() + endings.remind_of_ends()
