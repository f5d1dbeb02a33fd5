"""Whose address counts: the connection's, or what a proxy of ours says."""

import pytest
from pydantic import ValidationError

from dealix.settings import Settings
from dealix.trust.access.addresses import UNKNOWN, Proxies

OURS = Proxies.of("10.0.0.0/8, 192.0.2.1,::1")


@pytest.mark.parametrize(
    ("peer", "named", "whose"),
    [
        ("203.0.113.5", [], "203.0.113.5"),
        ("203.0.113.5", ["198.51.100.1"], "203.0.113.5"),  # a stranger's own header
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6", "198.51.100.1", "192.0.2.1"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
        ("10.0.0.1", ["[2001:db8:1:2:3::4]:443"], "2001:db8:1:2::/64"),
        ("10.0.0.1", ["2001:db8:1:2:ffff::9"], "2001:db8:1:2::/64"),
        ("10.0.0.1", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1", "nonsense"], "10.0.0.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("::1", ["198.51.100.1"], "198.51.100.1"),
        (None, ["198.51.100.1"], UNKNOWN),
        ("testclient", [], UNKNOWN),
    ],
)
def test_only_our_proxies_say_whom_a_request_comes_from(peer, named, whose):
    assert OURS.client(peer, named) == whose


def test_without_a_proxy_no_header_is_read():
    assert Proxies.of("").client("127.0.0.1", ["198.51.100.1"]) == "127.0.0.1"


def test_a_setting_that_names_no_address_is_refused():
    with pytest.raises(ValidationError):
        Settings(trusted_proxies="10.0.0.0/8, our-proxy")
