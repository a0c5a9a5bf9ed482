"""Which addresses may be asked: everybody's, and of the private ones those that the user named by hand.  Pure.

A document from anywhere can redirect to ``http://169.254.169.254/`` or to a name that leads to this machine.  So
literal addresses are judged before anything is sent (``refusal``), and names where they lead, when the connection is
made (``may_be_private``, ``is_public``): between a look-up and a connection of its own, a name could change.

A source's own URL that holds an address, or ``localhost``, was written by hand: that host may be asked for it, on any
port, as a server that moves to https changes its port.  A name is another matter: whoever owns it decides where it
leads, so one that leads to a private address has to stand in ``[fetch] private_hosts``.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

#: The part of IPv6 that is given out to the public, and that under which NAT64 networks show public IPv4 hosts.
_GIVEN_OUT, _NAT64 = ipaddress.IPv6Network("2000::/3"), ipaddress.IPv6Network("64:ff9b::/96")
#: Relays of 6to4, retired; not in all versions of Python's tables.
_RELAYS = ipaddress.IPv4Network("192.88.99.0/24")
#: What resolvers take for an IPv4 address though it is not written like one: 127.1, 0x7f.1, 2130706433.
_ODD_NUMBER = re.compile(r"(?:.*\.)?(?:\d+|0x[\da-f]*)\.?", re.IGNORECASE | re.ASCII)


def host_key(host: str) -> str:
    """A host as it is compared: lower case, without the brackets of IPv6 and the dot of the root."""
    return host.strip("[]").rstrip(".").lower()


@lru_cache(1024)
def literal(host: str) -> _Address | None:
    """The address that a host is, or None for a name."""
    try:
        return ipaddress.ip_address(host_key(host).partition("%")[0])
    except ValueError:
        return None


def is_public(address: str) -> bool:
    """Whether an address belongs to the whole internet, and so does the IPv4 address that it may carry."""
    found = literal(address)
    return found is not None and _is_public(found)


def _is_public(address: _Address) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast and address not in _RELAYS
    if address.ipv4_mapped:
        return _is_public(address.ipv4_mapped)
    if address in _NAT64:
        return _is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    # 6to4 and Teredo carry the addresses of the hosts behind them.
    carried = [address.sixtofour] if address.sixtofour else list(address.teredo or ())
    return address in _GIVEN_OUT and address.is_global and all(_is_public(inner) for inner in carried)


def is_this_machine(host: str) -> bool:
    """Whether a host is this machine by the way it is written: nobody else's patience is at stake."""
    found = literal(host)
    return found.is_loopback if found else _is_localhost(host)


def _is_localhost(host: str) -> bool:
    return host_key(host).rpartition(".")[2] == "localhost"


def refusal(host: str, own: str, private_hosts: frozenset[str]) -> str | None:
    """Why a host must not be asked, as far as it shows before a connection; None where nothing speaks against it.

    Args:
        host: Whom the request, or a redirect of it, is for.
        own: The host in the source's own URL.
        private_hosts: Keys of the hosts that the user named.
    """
    address = literal(host)
    if address is None and not _is_localhost(host):
        return "its host is a number, and no address" if _ODD_NUMBER.fullmatch(host_key(host)) else None
    if (address and _is_public(address)) or host_key(host) in {host_key(own), *private_hosts}:
        return None
    return f"it leads to a private address ({host_key(host)})"


def may_be_private(host: str, private_hosts: frozenset[str]) -> bool:
    """Whether a connection to a host that `refusal` lets pass may lead to a private address."""
    return host_key(host) in private_hosts or literal(host) is not None or _is_localhost(host)
