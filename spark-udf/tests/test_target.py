import pytest

from semtel import Client
from semtel.errors import InvalidRequestError
from semtel.target import parse_target


def test_one_host():
    target = parse_target("semtel:8815")
    assert (target.uris(), target.is_loopback()) == (("grpc+tcp://semtel:8815",), False)


def test_several_hosts_share_the_scheme():
    assert parse_target("grpc+tls://a:1, b:2").uris() == ("grpc+tls://a:1", "grpc+tls://b:2")


def test_the_environment_is_the_default(monkeypatch):
    monkeypatch.setenv("SEMTEL_TARGET", "elsewhere:99")
    assert str(parse_target()) == "elsewhere:99"
    monkeypatch.delenv("SEMTEL_TARGET")
    assert str(parse_target()) == "localhost:8815"


@pytest.mark.parametrize("text", ["localhost:1", "127.0.0.1:1", "127.3.2.1:1", "[::1]:1", "far:1,localhost:1"])
def test_loopback(text):
    assert parse_target(text).is_loopback()


@pytest.mark.parametrize("text", ["localhost", "a:b", ":8815", "a:0", "a:70000", "http://a:1", "a:1,,b:2"])
def test_mistakes_are_named(text):
    with pytest.raises(InvalidRequestError, match="target"):
        parse_target(text)


def test_a_path_is_no_certificate():
    with pytest.raises(InvalidRequestError, match="give the content of the file, not its path"):
        Client("grpc+tls://a:1", tls_root_certs="ca.pem")


@pytest.mark.parametrize(
    ("option", "value"),
    [("timeout_s", None), ("timeout_s", float("nan")), ("batch_rows", "10"), ("batch_bytes", 1e6), ("in_flight", 1.5)],
)
def test_a_bound_that_is_no_number_is_named(option, value):
    with pytest.raises(InvalidRequestError, match=f"{option} is .*; it must be a (whole )?number greater than 0"):
        Client("localhost:1", **{option: value})


@pytest.mark.parametrize("option", ["timeout_s", "batch_rows", "batch_bytes", "in_flight"])
def test_bounds_of_a_client_are_named(option):
    with pytest.raises(InvalidRequestError, match=option):
        Client(**{option: 0})
