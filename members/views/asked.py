"""What a link to an empty form already says, such as ?member=12."""

from django.http import HttpRequest


def asked_for(request: HttpRequest, *names: str) -> dict[str, int]:
    """The numbers of records in the address, by field; anything else is ignored."""
    given = {name: request.GET.get(name, "") for name in names}
    return {name: int(text) for name, text in given.items() if text.isascii() and text.isdigit() and len(text) < 19}
