"""What the members of a cluster say, asked over real connections."""

import socket
import threading
from collections.abc import Iterator, Mapping

import pytest
from tests.support import members
from tests.support.members import member

from neo4j_restore.addresses import Address, parse_addresses
from neo4j_restore.planning.peers import Answer, ask

NOBODY = "127.0.0.1:9"


def asked(text: str) -> list[Answer]:
    return [each.answer for each in ask(parse_addresses(text))]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (members.SERVES_4, Answer.SERVES),
        (members.SERVES_3, Answer.SERVES),
        (members.SERVES_3 | {members.OF_4: (401, "")}, Answer.SERVES),
        (members.REPLICA_3, Answer.ABSENT),
        (members.NO_CLUSTER, Answer.ABSENT),
        ({members.OF_3: (401, "")}, Answer.ABSENT),
        (members.ASKS_FOR_A_LOGIN, Answer.UNCLEAR),
        (members.OTHER_PROGRAM, Answer.UNCLEAR),
        (members.FAILING, Answer.UNCLEAR),
        ({members.OF_4: (200, "false")}, Answer.UNCLEAR),
    ],
)
def test_only_the_words_of_the_status_endpoint_prove_that_a_member_serves(
    answers: Mapping[str, tuple[int, str]], expected: Answer
) -> None:
    with member(answers) as address:
        assert asked(address) == [expected]


@pytest.fixture
def silent() -> Iterator[str]:
    """Give the address of a listener that closes each connection without a word, as the port of a protocol may."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            while True:
                connection, _ = server.accept()
                with connection:
                    if connection.recv(1) == b"q":
                        return

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        with socket.create_connection(server.getsockname()) as last:
            last.send(b"q")
        thread.join()


def test_a_port_that_is_open_is_not_a_member_that_serves(silent: str) -> None:
    assert asked(silent) == [Answer.UNCLEAR]


def test_a_port_that_is_closed_is_nobody() -> None:
    assert asked(NOBODY) == [Answer.ABSENT]


def test_a_name_without_an_address_is_told_apart_from_a_closed_port() -> None:
    assert asked("no-such-member.invalid:7474") == [Answer.NAMELESS]


def test_a_name_stands_for_each_of_its_addresses_and_is_named_with_them() -> None:
    with member(members.SERVES_4) as address:
        port = address.rpartition(":")[2]
        heard = ask(parse_addresses(f"localhost:{port}"))
    answers = {each.where: each.answer for each in heard}
    assert answers[f"localhost:{port} (127.0.0.1)"] is Answer.SERVES
    assert set(answers.values()) <= {Answer.SERVES, Answer.ABSENT}


def test_many_members_are_asked_and_answer_in_their_order() -> None:
    with member(members.SERVES_4) as first, member(members.ASKS_FOR_A_LOGIN) as second:
        assert asked(f"{first},{NOBODY},{second}") == [Answer.SERVES, Answer.ABSENT, Answer.UNCLEAR]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("graph", [Address("graph", 7474)]),
        ("https://graph", [Address("graph", 7473, tls=True)]),
        ("http://graph:1/", [Address("graph", 1)]),
        ("a:1, b_2.c:2,a:1", [Address("a", 1), Address("b_2.c", 2)]),
        ("[fd00::1]:7474", [Address("fd00::1", 7474)]),
    ],
)
def test_addresses_are_names_with_ports(text: str, expected: list[Address]) -> None:
    assert list(parse_addresses(text)) == expected
    assert parse_addresses(",".join(map(str, expected))) == tuple(expected)
