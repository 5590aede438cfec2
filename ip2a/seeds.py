"""The sign-ins of an example: one for each role, and four officers, because two approvals mean two persons."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from ip2a.models import User


@dataclass(frozen=True)
class Login:
    """Who signs in with what. The passwords are public: these people exist only where data is made up."""

    email: str
    role: str
    first_name: str
    last_name: str

    @property
    def password(self) -> str:
        return f"local-demo-{self.role}"


DEMO_LOGINS = (
    Login("administrator@ip2a.test", "administrator", "Ada", "Whitcomb"),
    Login("officer@ip2a.test", "officer", "Marcus", "Oyelaran"),
    Login("officer2@ip2a.test", "officer", "Teresa", "Villaseñor"),
    Login("officer3@ip2a.test", "officer", "Walter", "Lindqvist"),
    Login("officer4@ip2a.test", "officer", "Denise", "Okafor"),
    Login("representative@ip2a.test", "representative", "Dolores", "Kowalczyk"),
    Login("representative2@ip2a.test", "representative", "Curtis", "Nakagawa"),
    Login("organizer@ip2a.test", "organizer", "Jamal", "Prentiss"),
    Login("instructor@ip2a.test", "instructor", "Ingrid", "Sørensen"),
    Login("staff@ip2a.test", "staff", "Renée", "Dubois"),
)


def make_logins() -> list[User]:
    """Add the demo sign-ins that are not there yet; those that are stay as they are."""
    known = set(User.objects.filter(email__in=[login.email for login in DEMO_LOGINS]).values_list("email", flat=True))
    wanted = [login for login in DEMO_LOGINS if login.email not in known]
    # A hash costs as much as a hundred rows, and these passwords are public: one for each is enough.
    hashes = {password: make_password(password) for password in sorted({login.password for login in wanted})}
    return [_make(login, hashes[login.password]) for login in wanted]


def _make(login: Login, password: str) -> User:
    names = {"first_name": login.first_name, "last_name": login.last_name}
    user = User.objects.create(email=login.email, password=password, **names)
    user.groups.add(Group.objects.get(name=login.role))
    EmailAddress.objects.create(user=user, email=login.email, verified=True, primary=True)
    return user
