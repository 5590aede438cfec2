"""The sign-ins of an example: one for each role, and four officers, because two approvals mean two persons."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
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
    return [_make(login) for login in DEMO_LOGINS if login.email not in known]


def _make(login: Login) -> User:
    user = User.objects.create_user(login.email, login.password, first_name=login.first_name, last_name=login.last_name)
    user.groups.add(Group.objects.get(name=login.role))
    EmailAddress.objects.create(user=user, email=login.email, verified=True, primary=True)
    return user
