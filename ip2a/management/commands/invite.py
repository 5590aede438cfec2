import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.core.validators import ValidationError, validate_email

from ip2a.accounts import mails, services
from ip2a.answers import Refused
from ip2a.models import User
from ip2a.roles import ROLE_NAMES


class Command(BaseCommand):
    help = "Invite a person by e-mail and print the link that sets the first password; again, while there is none yet."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the address they will sign in with")
        parser.add_argument(
            "--role", action="append", choices=ROLE_NAMES, required=True, help="may be given several times"
        )
        parser.add_argument("--first-name", default="")
        parser.add_argument("--last-name", default="")
        parser.add_argument("--site", default=settings.SITE_URL, help="where the link leads (default: SITE_URL)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = self.invited(options)
        except Refused as refusal:
            self.stderr.write(str(refusal))
            sys.exit(1)
        self.stdout.write(f"{user.email} sets a password, within {settings.INVITATION_DAYS} days, at")
        self.stdout.write(mails.link_of(user.invitations.open().get(), site=options["site"]))

    def invited(self, options: dict[str, Any]) -> User:
        try:
            validate_email(options["email"])
        except ValidationError as error:
            raise Refused(f"{options['email']} is no e-mail address.") from error
        waiting = User.objects.filter(email__iexact=options["email"], is_active=True).first()
        if waiting is not None and not waiting.has_usable_password():
            services.change_roles(waiting, roles=options["role"], by=None, reason="Invited again")
            services.resend(waiting, by=None, site=options["site"])
            return waiting
        names = {key: options[key] for key in ("email", "first_name", "last_name", "site")}
        return services.invite(**names, roles=options["role"], by=None)
