"""What a local broker demands of its clients."""

from pathlib import Path

import pytest

from deploy.kafka.security import BrokerCertificate, BrokerSecurity

CERTIFICATE = BrokerCertificate(Path("broker.pem"), "key-password")
USERS = {"desk": "desk-password"}


@pytest.mark.parametrize(
    ("security", "protocol"),
    [
        (BrokerSecurity(), "PLAINTEXT"),
        (BrokerSecurity(certificate=CERTIFICATE), "SSL"),
        (BrokerSecurity(users=USERS), "SASL_PLAINTEXT"),
        (BrokerSecurity(users=USERS, certificate=CERTIFICATE), "SASL_SSL"),
    ],
)
def test_users_ask_for_sasl_and_a_certificate_for_tls(security: BrokerSecurity, protocol: str):
    assert security.protocol == protocol


def test_without_demands_the_broker_gets_no_line():
    assert BrokerSecurity().properties() == ""
    assert BrokerSecurity().scram_arguments() == []


def test_clients_show_a_certificate_only_where_an_authority_is_named():
    anyone = BrokerSecurity(certificate=CERTIFICATE)
    known = BrokerSecurity(certificate=BrokerCertificate(Path("b.pem"), "pw", Path("authority.pem")))
    assert "ssl.client.auth" not in anyone.properties()
    assert "listener.name.clients.ssl.client.auth=required\n" in known.properties()
    assert "listener.name.clients.ssl.truststore.location=authority.pem\n" in known.properties()


def test_scram_users_are_written_for_both_hashes():
    assert BrokerSecurity(users=USERS).scram_arguments() == [
        "--add-scram=SCRAM-SHA-256=[name=desk,password=desk-password]",
        "--add-scram=SCRAM-SHA-512=[name=desk,password=desk-password]",
    ]


@pytest.mark.parametrize("users", [{'de"sk': "pw"}, {"desk": "p w"}, {"desk": "pw\n"}, {"": "pw"}])
def test_what_would_break_out_of_the_configuration_is_refused(users: dict[str, str]):
    with pytest.raises(ValueError, match="letters, digits"):
        BrokerSecurity(users=users)


def test_no_password_is_shown():
    shown = repr(BrokerSecurity(users=USERS, certificate=CERTIFICATE))
    assert "desk-password" not in shown
    assert "key-password" not in shown
