"""The foundation's seeds: it lies below this app and so cannot register itself."""

from ip2a import seeds
from maintenance.seeding import Seed, seeder


@seeder("ip2a.logins", makes=["ip2a.User"], tops_up=True)
def logins(seed: Seed) -> None:
    """One sign-in for each role, beside whoever already signs in."""
    seeds.make_logins()
