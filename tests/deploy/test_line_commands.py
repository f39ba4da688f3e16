"""`doctor --city` and `line validate`, against a strict stand-in for LINE."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import uvicorn
from typer.testing import CliRunner, Result

from bot.channels.line.account import LineAccount, LineFault, Refusal, WebhookTest
from bot.channels.line.standin import StandIn, create_standin_app
from bot.channels.line.validating import Checked, Rendered, batches, check, rendered
from bot.conversation.city import CityKnowledge
from bot.conversation.repertoire import LANGUAGES, repertoire
from bot.responses.reply import ReplyKind
from deploy.certificate import CertificateFault, valid_until
from deploy.cli import app
from deploy.cli.findings import certificate_finding, fault_finding, reach_finding
from knowledge.database import Database

URL = "https://127.0.0.1/line/kokubunji/webhook"
TEXT = {"type": "text", "text": "こんにちは"}


@pytest.fixture
def standin() -> StandIn:
    """A stand-in with a channel that is set up as it should be, but for the rich menu."""
    standin = StandIn()
    standin.add_channel("kokubunji", access_token="token")
    standin.webhook_endpoints["kokubunji"] = URL
    return standin


@pytest.fixture
def line_url(standin: StandIn) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(create_standin_app(standin), host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(5)


@pytest.fixture
def operator(filled: Database, line_url: str, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment of an operator who has set everything."""
    url = filled.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("MADOGUCHI_DATABASE_URL", url)
    monkeypatch.setenv("MADOGUCHI_HASH_KEY", "k" * 32)
    monkeypatch.setenv("MADOGUCHI_LINE_API", line_url)
    monkeypatch.setenv("MADOGUCHI_LINE_KOKUBUNJI_CHANNEL_SECRET", "s" * 32)
    monkeypatch.setenv("MADOGUCHI_LINE_KOKUBUNJI_ACCESS_TOKEN", "token")
    return monkeypatch


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def bad(result: Result) -> list[str]:
    return [line for line in result.stdout.splitlines() if line.startswith("×")]


@pytest.mark.usefixtures("operator")
def test_a_channel_that_is_well() -> None:
    result = run("doctor", "--city", "kokubunji")
    assert (result.exit_code, bad(result)) == (0, [])
    for said in (
        "アクセストークンは有効",
        URL,
        "届きました",
        "チャットはオフ",
        "200 通のうち 0 通",
        "証明書は調べません",
    ):
        assert said in result.stdout
    assert "ー みんなに出るリッチメニューが、まだありません" in result.stdout


@pytest.mark.usefixtures("operator")
def test_a_rich_menu_for_everybody_is_seen(standin: StandIn) -> None:
    standin.rich_menus["richmenu-1"] = {"channel": "kokubunji"}
    standin.default_rich_menu["kokubunji"] = "richmenu-1"
    assert "○ リッチメニューがみんなに出ています" in run("doctor", "--city", "kokubunji").stdout


@pytest.mark.usefixtures("operator")
def test_without_a_city_line_is_not_asked(standin: StandIn) -> None:
    result = run("doctor")
    assert result.exit_code == 0
    assert "doctor --city kokubunji" in result.stdout
    assert standin.requests == []


@pytest.mark.usefixtures("operator")
def test_a_city_without_a_channel() -> None:
    result = run("doctor", "--city", "ome-shi")
    assert result.exit_code == 1
    assert "MADOGUCHI_LINE_OME_SHI_ACCESS_TOKEN" in bad(result)[0]


def test_a_wrong_token_ends_the_questions(operator: pytest.MonkeyPatch, standin: StandIn) -> None:
    operator.setenv("MADOGUCHI_LINE_KOKUBUNJI_ACCESS_TOKEN", "wrong")
    result = run("doctor", "--city", "kokubunji")
    assert result.exit_code == 1
    assert "アクセストークンが無効です" in bad(result)[0]
    assert len(standin.requests) == 1


@pytest.mark.usefixtures("operator")
def test_a_webhook_that_is_not_set(standin: StandIn) -> None:
    standin.webhook_endpoints.clear()
    result = run("doctor", "--city", "kokubunji")
    assert result.exit_code == 1
    assert "/line/kokubunji/webhook を入れてください" in bad(result)[0]


@pytest.mark.usefixtures("operator")
def test_a_webhook_that_is_another_citys(standin: StandIn) -> None:
    standin.webhook_endpoints["kokubunji"] = "https://127.0.0.1/line/oyama/webhook"
    assert "終わりが /line/kokubunji/webhook ではありません" in bad(run("doctor", "--city", "kokubunji"))[0]


@pytest.mark.usefixtures("operator")
def test_a_webhook_that_is_switched_off(standin: StandIn) -> None:
    standin.webhooks_off.add("kokubunji")
    assert "「Webhookの利用」をオン" in bad(run("doctor", "--city", "kokubunji"))[0]


@pytest.mark.usefixtures("operator")
@pytest.mark.parametrize(("status", "said"), [(0, "つながりません"), (401, "署名"), (404, "受け口"), (418, "418")])
def test_a_webhook_that_line_cannot_reach(standin: StandIn, status: int, said: str) -> None:
    standin.webhook_statuses["kokubunji"] = status
    result = run("doctor", "--city", "kokubunji")
    assert result.exit_code == 1
    assert said in bad(result)[0]


@pytest.mark.usefixtures("operator")
def test_a_chat_that_is_on_is_a_hint_and_no_fault(standin: StandIn) -> None:
    standin.chat_modes["kokubunji"] = "chat"
    result = run("doctor", "--city", "kokubunji")
    assert result.exit_code == 0
    assert "ー チャットがオンです" in result.stdout


def test_too_many_questions_and_nobody_there(operator: pytest.MonkeyPatch, standin: StandIn) -> None:
    standin.fail_next(429)
    assert "429" in bad(run("doctor", "--city", "kokubunji"))[0]
    operator.setenv("MADOGUCHI_LINE_API", "http://127.0.0.1:9")
    assert "つながりません" in bad(run("doctor", "--city", "kokubunji"))[0]


@pytest.mark.parametrize("status", [None, 400, 401, 403, 429, 500])
def test_every_fault_says_what_to_do(status: int | None) -> None:
    finding = fault_finding(LineFault(status, "reason"), "oyama")
    assert finding.mark == "×"
    assert "ください" in finding.text


def test_a_time_out_of_our_own_is_named() -> None:
    assert "時間内" in reach_finding(WebhookTest(success=False, status=0, reason="REQUEST_TIMEOUT")).text


@pytest.mark.parametrize(("days", "mark"), [(90, "○"), (15, "○"), (13, "×")])
def test_a_certificate_that_ends_soon(days: int, mark: str) -> None:
    now = datetime(2026, 11, 21, tzinfo=UTC)
    assert certificate_finding(now + timedelta(days=days), now).mark == mark


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for `localhost` and its key, in one file."""
    if (openssl := shutil.which("openssl")) is None:
        pytest.skip("no openssl to make a certificate with")
    file, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*command, *names, "-keyout", str(key), "-out", str(file)], check=True, capture_output=True)
    file.write_text(file.read_text() + key.read_text())
    return file


@pytest.fixture
def tls_port(certificate: Path) -> Iterator[int]:
    """A TLS server that shows the certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_shake_hands, args=(listener, context), daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def _shake_hands(listener: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        try:
            with connection, context.wrap_socket(connection, server_side=True) as secure:
                secure.recv(1)
        except OSError:
            continue


def test_a_good_certificate_says_until_when(tls_port: int, certificate: Path) -> None:
    context = ssl.create_default_context(cafile=str(certificate))
    left = valid_until("localhost", tls_port, context) - datetime.now(UTC)
    assert timedelta(days=29) < left <= timedelta(days=30)


def test_a_certificate_for_another_name(tls_port: int, certificate: Path) -> None:
    context = ssl.create_default_context(cafile=str(certificate))
    with pytest.raises(CertificateFault, match="名前がサーバーの名前と違います"):
        valid_until("127.0.0.1", tls_port, context)


def test_a_certificate_of_an_unknown_authority(tls_port: int) -> None:
    with pytest.raises(CertificateFault, match="信頼できません"):
        valid_until("localhost", tls_port)


def test_a_server_without_tls_and_no_server(line_url: str) -> None:
    with pytest.raises(CertificateFault, match="TLS でつながりません"):
        valid_until("127.0.0.1", int(line_url.rpartition(":")[2]))
    with pytest.raises(CertificateFault, match="につながりません"):
        valid_until("127.0.0.1", 9)


def test_a_server_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.certificate.TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(CertificateFault):
        valid_until("127.0.0.1", silent.getsockname()[1])


def test_the_repertoire_has_every_entry_language_and_way_on(city: CityKnowledge) -> None:
    told = list(repertoire(city))
    names = {item.name for item in told}
    for visible in city.entries.values():
        assert {f"{visible.id} [{language}{size}]" for language in LANGUAGES for size in ("", " large")} <= names
    assert {item.reply.kind for item in told} == set(ReplyKind)
    assert {f"elsewhere/{matter}" for matter in city.matters} <= names
    for done in ("follow", "tap human ", "tap why old", "sticker", "typed MY_NUMBER"):
        assert f"{done} [ja]" in names


def test_equal_messages_are_asked_for_once(city: CityKnowledge) -> None:
    told = list(repertoire(city))
    once = list(rendered(told))
    assert list(rendered([*told, *told])) == once
    assert len(once) < len(told)


def test_batches_keep_a_reply_together_and_within_five() -> None:
    items = [Rendered(str(n), (TEXT,) * size) for n, size in enumerate((2, 2, 2, 5, 1, 1, 1, 1, 1, 1))]
    made = list(batches(items))
    assert [item for batch in made for item in batch] == items
    assert [sum(len(item.messages) for item in batch) for batch in made] == [4, 2, 5, 5, 1]


def test_a_refusal_is_named_by_its_reply(standin: StandIn, line_url: str) -> None:
    account = LineAccount("token", line_url)
    items = [Rendered("good", (TEXT,)), Rendered("long", ({**TEXT, "text": "あ" * 5001},)), Rendered("more", (TEXT,))]
    (result,) = check(items, account.validate)
    account.close()
    refusal = Refusal("messages[0].text", "Length must be between 1 and 5000")
    assert result == Checked(3, (("long", refusal),))
    assert standin.sent == []


@pytest.mark.usefixtures("operator")
def test_the_citys_replies_are_all_taken(standin: StandIn) -> None:
    result = run("line", "validate", "--city", "kokubunji", "--live")
    assert result.exit_code == 0, result.stdout
    assert "断られたもの 0 件" in result.stdout
    assert {request.path for request in standin.requests} == {"/v2/bot/message/validate/reply"}
    assert standin.sent == []


@pytest.mark.usefixtures("operator")
@pytest.mark.parametrize(("status", "said"), [(429, "429"), (500, "LINE の側")])
def test_the_round_ends_when_line_says_so(standin: StandIn, status: int, said: str) -> None:
    standin.fail_next(status)
    result = run("line", "validate", "--city", "kokubunji", "--live")
    assert result.exit_code == 1
    assert "途中で止めました。" in result.stderr
    assert said in result.stderr
    assert "確かめた返事 0 種類" in result.stdout
    assert len(standin.requests) == 1


def test_a_round_with_a_wrong_token_ends_at_once(operator: pytest.MonkeyPatch, standin: StandIn) -> None:
    operator.setenv("MADOGUCHI_LINE_KOKUBUNJI_ACCESS_TOKEN", "wrong")
    result = run("line", "validate", "--live")
    assert result.exit_code == 1
    assert "アクセストークンが無効です" in result.stderr
    assert len(standin.requests) == 1


def test_without_any_channel_there_is_a_sentence(operator: pytest.MonkeyPatch) -> None:
    operator.delenv("MADOGUCHI_LINE_KOKUBUNJI_CHANNEL_SECRET")
    operator.delenv("MADOGUCHI_LINE_KOKUBUNJI_ACCESS_TOKEN")
    assert "チャネルがまだありません" in str(run("line", "validate", "--live").exception)
