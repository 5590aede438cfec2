"""Where a webhook may lead: out into the world over https, never back into the house.

Whoever may set an address could otherwise make this server knock at doors that only it can reach. So the name is
resolved here, every answer is judged, and the connection is made to the address that was judged, not to the name.
"""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from ip2a.answers import Refused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
NAT64 = ipaddress.ip_network("64:ff9b::/96")
PORTS = {"https": 443, "http": 80}

NOT_AN_ADDRESS = "Enter a whole web address, such as https://hooks.example.org/ip2a."
SAYS_WHO = "Leave the name and password out of the address; a signature is sent instead."
NOT_HTTPS = "Only https is sent to. For a server of your own that has none, name {} in WEBHOOK_TRUSTED_HOSTS."
NO_SUCH_HOST = "No server is found under the name {} ({})."
PRIVATE = "{} leads to {}, which is inside this network. If that is meant, name the host in WEBHOOK_TRUSTED_HOSTS."


class NotFound(Exception):
    """The name cannot be resolved now; that may pass."""


@dataclass(frozen=True)
class Target:
    """A judged address: connect to ``ip``, speak to ``host``."""

    scheme: str
    host: str
    port: int
    path: str
    ip: str

    @property
    def host_header(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == PORTS[self.scheme] else f"{name}:{self.port}"


def read(url: str) -> tuple[str, str, int, str]:
    """Scheme, host, port and path with query. Raises Refused with words for the screen."""
    if any(ord(letter) <= 32 or ord(letter) == 127 for letter in url):
        raise Refused(NOT_AN_ADDRESS)
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip(".").encode("idna").decode(), parts.port
    except (ValueError, UnicodeError):
        raise Refused(NOT_AN_ADDRESS) from None
    if parts.scheme not in PORTS or not host:
        raise Refused(NOT_AN_ADDRESS)
    if parts.username is not None or parts.password is not None:
        raise Refused(SAYS_WHO)
    if parts.scheme != "https" and not is_trusted(host):
        raise Refused(NOT_HTTPS.format(host))
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    if not path.isascii():
        raise Refused(NOT_AN_ADDRESS)
    return parts.scheme, host, port or PORTS[parts.scheme], path


def judge(url: str) -> Target:
    """Resolve an address and judge every answer. Raises Refused, or NotFound while the name is not known."""
    scheme, host, port, path = read(url)
    answers = resolve(host, port)
    if not is_trusted(host):
        for answer in answers:
            if not is_public(answer):
                raise Refused(PRIVATE.format(host, answer))
    return Target(scheme, host, port, path, str(answers[0]))


def is_trusted(host: str) -> bool:
    """Whether the machine's own settings vouch for this host: by its name, or by a network it is written in."""
    for trusted in settings.WEBHOOK_TRUSTED_HOSTS:
        if host.lower() == trusted.lower():
            return True
        try:
            if ipaddress.ip_address(host) in ipaddress.ip_network(trusted, strict=False):
                return True
        except ValueError:
            continue  # a name and no number, on either side
    return False


def resolve(host: str, port: int) -> list[Address]:
    """Every address the name has now, as numbers: also of 127.1, 2130706433 and other ways to write one."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotFound(NO_SUCH_HOST.format(host, getattr(error, "strerror", None) or error)) from None
    return list(dict.fromkeys(ipaddress.ip_address(str(place[4][0]).partition("%")[0]) for place in found))


def is_public(address: Address) -> bool:
    """Whether it is out in the world, whatever it is wrapped in."""
    inner = _inner(address)
    if inner is not None:
        return is_public(inner)
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified or address.is_link_local
    )


def _inner(address: Address) -> Address | None:
    """The version 4 address that a version 6 one carries."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address.teredo is not None:
        return address.teredo[1]
    if address in NAT64 or int(address) >> 32 == 0:  # and the old "compatible" ones, with ::1 among them
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
