"""Which addresses of the web may be asked: public ones, by their names, and nothing on this machine or its network.

A page says which address is fetched next, so an address is hostile input. It is checked as it is written, and again
as the machines that its name stands for, each of them, before any is connected to.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Container, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

import msgspec

from detente.errors import InputError

MAX_URL = 8_192
"""Characters of the longest address that is asked; servers take no longer ones (RFC 9110, section 4.1)."""

_LOCAL_NAMES = (
    # RFC 6761, RFC 6762, RFC 7686, RFC 8375, and the names that clouds and routers give inside
    *("localhost", "local", "internal", "intranet", "private", "corp", "home", "lan", "onion", "home.arpa"),
)
_REFUSED_NETWORKS = tuple(
    ip_network(network)
    for network in (
        "100.64.0.0/10",  # RFC 6598, shared by the customers of a provider
        "168.63.129.16/32",  # the metadata server of Azure, a public address that is always local
        "192.0.0.0/24",  # RFC 6890
        "192.88.99.0/24",  # RFC 7526, relays from IPv6
        "198.18.0.0/15",  # RFC 2544, benchmarks
        "fec0::/10",  # RFC 3879, local to a site
        # IPv6 that stands for IPv4: RFC 4291 (compatible and mapped), RFC 2765, RFC 8215, RFC 3056 (6to4), RFC 4380
        *("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"),
    )
)
_TRANSLATED = IPv6Network("64:ff9b::/96")  # RFC 6052: how networks without IPv4 reach it, by its last 32 bits
_NUMBER = re.compile(r"(?:0x[0-9a-f]*|\d+)\.?", re.I)
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.I)

Resolver = Callable[[str, int], Sequence[str]]
"""Host and port -> the IP addresses that the name stands for; OSError where there is none."""


class Target(msgspec.Struct, frozen=True):
    """An address taken apart: `url` without its fragment, `host` in ASCII and lower case, and the port asked."""

    url: str
    scheme: str
    host: str
    port: int

    @property
    def origin(self) -> str:
        """Scheme, host and port, to which one robots.txt applies (RFC 9309, section 2.3)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = self.port == (443 if self.scheme == "https" else 80)
        return f"{self.scheme}://{host}" + ("" if usual else f":{self.port}")


def system_resolver(host: str, port: int) -> list[str]:
    """The addresses that this machine's resolver has for a name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[4][0]) for address in found))


def check_url(url: str, *, ports: Container[int] = (80, 443), local: bool = False) -> Target:
    """The parts of an address that may be asked, as far as it can be told from how it is written.

    Raises InputError with `bad-url` for another scheme than http and https, a name or password in it, another port
    than `ports`, and a host that is none, and, without `local`, with `private-address` for names and numbers of this
    network.
    """
    import httpx2

    if len(url) > MAX_URL:
        raise InputError("bad-url", f"The address has {len(url):,} characters; at most {MAX_URL:,} are allowed.")
    try:
        parts = httpx2.URL(url)
        host = parts.raw_host.decode("ascii").lower().rstrip(".")
        text = str(parts.copy_with(fragment=None, host=host))
    except (httpx2.InvalidURL, ValueError, TypeError) as error:
        raise InputError("bad-url", f"{url[:200]!r} is no address of the web: {error}.") from error
    if parts.scheme not in ("http", "https"):
        raise InputError("bad-url", f"{url[:200]!r} does not begin with http:// or https://; nothing else is fetched.")
    if parts.userinfo:
        raise InputError("bad-url", f"The address of {host!r} holds a name or a password; take it out.")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if parts.port == 0 or port not in ports:
        raise InputError("bad-url", f"{host!r} is asked on port {port}; allowed are those of fetch_ports.")
    if not local:
        _check_host(host)
    return Target(text, parts.scheme, host, port)


def _check_host(host: str) -> None:
    """Raises InputError for a host that is no public name and no plain public number."""
    labels = host.split(".")
    if ":" in host:  # IPv6
        check_address(host)
    elif _NUMBER.fullmatch(labels[-1]):  # what any resolver would take for a number, however it is written
        try:
            IPv4Address(host)
        except ValueError:
            detail = f"The host {host!r} is a number that is not written as four decimal ones."
            raise InputError("private-address", detail) from None
        check_address(host)
    elif not all(_LABEL.fullmatch(label) for label in labels) or len(host) > 253:
        raise InputError("bad-url", f"{host[:200]!r} is no name of a host.")
    elif len(labels) < 2 or any(host.endswith(f".{name}") for name in _LOCAL_NAMES):
        raise InputError("private-address", f"{host!r} is a name of the local network.")


def check_address(address: str) -> None:
    """Raises InputError with `private-address` for an IP address that is not one of the public Internet.

    Loopback, private, link-local (where clouds keep their metadata), multicast, reserved and shared addresses are
    refused, and IPv6 ones that stand for an IPv4 address, but for translated public ones (RFC 6052).
    """
    try:
        number: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        raise InputError("private-address", f"{address!r} is no IP address that can be checked.") from None
    if number in _TRANSLATED:
        number = IPv4Address(int(number) & 0xFFFFFFFF)
    refused = any(number in network for network in _REFUSED_NETWORKS)  # False for a network of the other version
    if refused or not number.is_global or number.is_multicast or number.is_reserved or number.is_unspecified:
        raise InputError("private-address", f"{address} is not a public address; nothing local is fetched.")


def resolve(target: Target, resolver: Resolver, *, allow_private: bool = False) -> tuple[str, ...]:
    """The addresses of a target's host, all of them checked: one that is not public refuses them all.

    Raises InputError with `unreachable` for a name that nobody knows and `private-address` as `check_address`.
    """
    try:
        found = resolver(target.host, target.port)
    except (OSError, UnicodeError) as error:
        detail = f"The name {target.host!r} cannot be resolved: {error}."
        raise InputError("unreachable", detail, passing=True) from error
    if not found:
        raise InputError("unreachable", f"The name {target.host!r} has no address.")
    if not allow_private:
        for address in found:
            check_address(address)
    return tuple(found)
