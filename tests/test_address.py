"""Which URLs are understood and which addresses are never gone to. Pure: nothing is looked up or dialled."""

from __future__ import annotations

import ipaddress
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.address import MAX_URL, checked, is_public, literal, networks, take_apart
from monitor.errors import FetchError

PUBLIC = "93.184.216.34"
PRIVATE = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.1.1", "100.127.255.255", "127.0.0.1", "127.9.9.9",
    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.0.170", "192.0.2.1",
    "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1",
    "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::808:808",
    "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "fc00::1", "fd12::1", "fe80::1",
    "fec0::1", "ff02::1", "200::1", "4000::1",
]  # fmt: skip


def why(url: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        take_apart(url)
    assert caught.value.reason == "bad_url"
    assert caught.value.cure
    return caught.value


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", [PUBLIC, "1.1.1.1", "100.63.0.1", "192.0.1.1", "2606:4700::1111"])
def test_public_addresses(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@given(st.ip_addresses(v=4))
def test_no_tunnel_makes_an_address_public(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    for tunnel in (0, 0xFFFF << 32, 0x64_FF9B << 96, (0x2002 << 112) | (number << 80), 0x2001 << 112):
        assert not is_public(ipaddress.IPv6Address(tunnel | number))


@pytest.mark.parametrize("address", PRIVATE)
def test_one_private_answer_refuses_the_public_ones_too(address: str) -> None:
    for answers in ([address], [PUBLIC, address], [address, PUBLIC]):
        with pytest.raises(FetchError, match="not a public address") as caught:
            checked("news.example", answers)
        assert caught.value.reason == "refused_address"
        assert "allow_networks" in caught.value.cure


def test_allowed_networks_open_themselves_only() -> None:
    allowed = networks(["10.1.0.0/16", "fd12::/16"])
    assert [str(a) for a in checked("x", ["10.1.2.3", "fd12::1%eth0", PUBLIC], allowed)] == [
        "10.1.2.3",
        "fd12::1",
        PUBLIC,
    ]
    for other in ("10.2.0.1", "fd13::1", "::ffff:10.1.2.3"):
        with pytest.raises(FetchError):
            checked("x", [other], allowed)


def test_no_answer_is_no_address() -> None:
    with pytest.raises(FetchError) as caught:
        checked("news.example", [])
    assert caught.value.reason == "dns"


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("http://127.1/", "odd way"),
        ("http://127.0.1/", "odd way"),
        ("http://2130706433/", "odd way"),
        ("http://017700000001/", "odd way"),
        ("http://0177.0.0.1/", "odd way"),
        ("http://127.0.0.01/", "odd way"),
        ("http://0x7f.1/", "odd way"),
        ("http://0x7f000001/", "odd way"),
        ("http://127.0.0.0x1/", "odd way"),
        ("http://127.0.0.1./", "odd way"),
        ("http://\uff11\uff12\uff17.1/", "odd way"),  # full-width digits
        ("http://a@b.example/", "user name"),
        ("http://a:b@b.example/", "user name"),
        ("http://good.example@127.0.0.1/", "user name"),
        ("http://a.example\\@b/", "backslash"),
        ("http://a.example/\\b", "backslash"),
        ("http:\\\\a.example/", "backslash"),
        ("http://a.example/\r\nHost: b", "control"),
        ("http://a.exa\tmple/", "control"),
        ("gopher://a/", "scheme"),
        ("file:///x", "scheme"),
        ("ftp://a.example/", "scheme"),
        ("data:text/xml,x", "scheme"),
        ("//a.example/", "scheme"),
        ("", "scheme"),
        ("http:///x", "malformed"),
        ("http://a b.example/", "malformed"),
        ("http://a..example/", "malformed"),
        ("http://-a.example/", "malformed"),
        ("http://a.example%2eb/", "malformed"),
        ("http://[::1%25lo]/", "malformed"),
        ("http://[127.0.0.1]/", "IPv4|malformed"),
        ("http://[::1/", "IPv6"),
        ("http://" + "a." * 130 + "example/", "malformed"),
        ("http://" + "a" * 70 + "\u0628.example/", "malformed"),
        ("http://a:99999/", "[Pp]ort"),
        ("http://a:0/", "port is 0"),
        ("http://a:x/", "[Pp]ort"),
        ("http://a.example/" + "x" * MAX_URL, "too long"),
    ],
)
def test_bad_urls(url: str, part: str) -> None:
    assert re.search(part, str(why(url)))


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://News.Example", "https://news.example/"),
        ("https://news.example:443/a?b=c#d", "https://news.example/a?b=c"),
        ("http://news.example:8080/a b", "http://news.example:8080/a%20b"),
        ("http://news.example/%D8%A7?q=\u0627", "http://news.example/%D8%A7?q=%D8%A7"),
        ("http://\u0623\u062e\u0628\u0627\u0631.example/", "http://xn--igbicxr.example/"),
        ("http://[2606:4700:0:0::1]:81/", "http://[2606:4700::1]:81/"),
        ("http://1.2.3.4/", "http://1.2.3.4/"),
        ("http://\uff11.2.3.4/", "http://1.2.3.4/"),  # a full-width digit: the address is then checked
    ],
)
def test_one_spelling(url: str, target: str) -> None:
    assert take_apart(url).url == target


@given(st.text(max_size=40), st.sampled_from(["", "http://", "https://", "http://a.example/", "http://127."]))
def test_a_url_is_refused_or_has_a_spelling_that_stays(text: str, before: str) -> None:
    try:
        target = take_apart(before + text)
    except FetchError as error:
        assert error.reason == "bad_url"
        return
    assert target.url.isascii()
    assert not set(target.url) & set(" \\\r\n\t\0")
    assert "@" not in target.netloc
    again = take_apart(target.url)
    assert (again.host, again.port, again.url) == (target.host, target.port, target.url)


@given(st.integers(0, 2**32 - 1), st.sampled_from(["{0}", "{0:#x}", "0{0:o}"]))
def test_numbers_are_no_hosts(number: int, spelling: str) -> None:
    why(f"http://{spelling.format(number)}/")


@given(st.ip_addresses(v=4))
def test_four_parts_are_an_address(address: ipaddress.IPv4Address) -> None:
    assert literal(take_apart(f"http://{address}/").host) == address


@pytest.mark.parametrize(
    ("location", "there"),
    [
        ("/b", "https://news.example/b"),
        (" b?c ", "https://news.example/a/b?c"),
        ("//other.example/x", "https://other.example/x"),
        ("http://other.example:81", "http://other.example:81/"),
    ],
)
def test_follow(location: str, there: str) -> None:
    assert take_apart("https://news.example/a/x").follow(location).url == there


@pytest.mark.parametrize("location", ["file:///x", "gopher://a/1", "http://[", "http://127.1/", "\\\\a\\b"])
def test_redirects_to_nowhere(location: str) -> None:
    with pytest.raises(FetchError) as caught:
        take_apart("https://news.example/").follow(location)
    assert caught.value.reason == "bad_url"


@given(st.text(max_size=30))
def test_any_location_leads_somewhere_or_is_refused(location: str) -> None:
    try:
        following = take_apart("https://news.example/a").follow(location)
    except FetchError as error:
        assert error.reason == "bad_url"
    else:
        assert following.scheme in ("http", "https")


@pytest.mark.parametrize(
    ("there", "trusted"),
    [
        ("https://news.example:8443/b", True),
        ("https://news.example/b", False),
        ("https://other.example:8443/b", False),
        ("http://news.example:8443/b", False),
    ],
)
def test_secrets_stay_in_their_place(there: str, trusted: bool) -> None:
    assert take_apart("https://news.example:8443/a").trusts(take_apart(there)) is trusted


def test_tls_may_be_gained() -> None:
    assert take_apart("http://news.example:81/a").trusts(take_apart("https://news.example:81/"))
