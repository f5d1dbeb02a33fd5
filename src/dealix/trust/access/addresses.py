"""From which address a request comes: the connection's own, or what a trusted proxy says of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Self

UNKNOWN = "unknown"
HOUSEHOLD = 64
"""Bits of an IPv6 address that one customer holds: whoever has one address has all of its rest."""

Network = IPv4Network | IPv6Network


@dataclass(frozen=True)
class Proxies:
    """The proxies in front of us; without any, no header is believed."""

    networks: tuple[Network, ...] = ()

    @classmethod
    @cache
    def of(cls, listed: str) -> Self:
        """Addresses and networks, apart by commas.

        Raises:
            ValueError: one of them is neither.
        """
        return cls(tuple(ip_network(one.strip()) for one in listed.split(",") if one.strip()))

    def client(self, peer: str | None, named: Sequence[str]) -> str:
        """Who is behind `peer`, whom our proxies named in `named`, the nearest last.

        Every proxy writes behind what it was given, so what stands before the last name that is no
        proxy of ours was written by a stranger and is not read.
        """
        found = _address(peer or "")
        if found is None or not self._ours(found):
            return _place(found)
        for name in reversed(named):
            said = _address(name)
            if said is None:
                break
            found = said
            if not self._ours(said):
                break
        return _place(found)

    def _ours(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address in network for network in self.networks)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """An address as proxies write it, with a port or in brackets or without."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def _place(address: IPv4Address | IPv6Address | None) -> str:
    if address is None:
        return UNKNOWN
    if isinstance(address, IPv6Address):
        return str(ip_network((address.packed, HOUSEHOLD), strict=False))
    return str(address)
