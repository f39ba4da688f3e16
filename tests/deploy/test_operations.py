"""Health, readiness and measures of the whole application."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml
from fastapi import FastAPI
from sqlmodel import select
from starlette.testclient import TestClient

from bot import inbox
from bot.channels.line.channel import LineChannel
from bot.conversation.inbound import Inbound, InboundKind
from bot.inbox import Received
from bot.observing.measures import REGISTRY, status_class
from bot.observing.requests import area_of
from bot.simulator.events import sign, text_event, webhook_body
from bot.tables import InboxRow
from bot.worker import Delivery, Sent, Worker
from deploy import clock
from deploy.app import Parts, build_parts, create_app, create_worker_app
from deploy.metrics import ServiceState
from deploy.settings import Settings, SettingsError, read_settings
from knowledge.database import Database

SECRET = "0123456789abcdef0123456789abcdef"
TOKEN = "a-token-for-metrics"
MONITORING = Path(__file__).parents[2] / "deploy" / "monitoring"
BEARER = {"authorization": f"Bearer {TOKEN}"}


def _parts(database: Database, **more: object) -> Parts:
    settings = Settings.model_validate({"hash_key": "k" * 32, "metrics_token": TOKEN, **more})
    return build_parts(settings, database, {"kokubunji": LineChannel((SECRET,), "t")}, "k" * 32)


@pytest.fixture
def parts(filled: Database) -> Parts:
    """Of a process that has prepared its knowledge."""
    parts = _parts(filled)
    with filled.reading() as session:
        parts.library.warm(session)
    return parts


@pytest.fixture
def client(parts: Parts) -> TestClient:
    return TestClient(create_app(parts, with_worker=False))


def _waiting(database: Database, since: datetime, number: int = 1) -> None:
    inbound = Inbound(
        id=f"e{number}", municipality="kokubunji", kind=InboundKind.TEXT, at=since, text="カードをなくした", person="p"
    )
    with database.writing() as session:
        inbox.receive(session, [Received(inbound, "token", since)], "request-1")


def _value(text: str, name: str) -> float:
    match = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    assert match, name
    return float(match[1])


def test_alive_needs_nothing(client: TestClient, filled: Database) -> None:
    filled.close()
    assert client.get("/healthz").text == "ok"


def test_ready_tells_its_parts(client: TestClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "database": "ok",
        "schema": "ok",
        "knowledge": "ok",
        "backlog": "ok",
        "backlog_seconds": 0.0,
    }


def test_a_process_is_ready_when_the_first_question_need_not_wait(filled: Database) -> None:
    parts = _parts(filled)
    client = TestClient(create_app(parts, with_worker=False))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["knowledge"]) == (503, "preparing")
    with filled.reading() as session:
        parts.library.warm(session)
    assert client.get("/readyz").status_code == 200


def test_somebody_who_waits_too_long_makes_the_answering_process_unready(parts: Parts, filled: Database) -> None:
    _waiting(filled, clock.now() - timedelta(seconds=301))
    for app, status in ((create_worker_app(parts), 503), (create_app(parts, with_worker=False), 200)):
        answer = TestClient(app).get("/readyz")
        assert (answer.status_code, answer.json()["backlog"]) == (status, "late")
        assert answer.json()["backlog_seconds"] >= 301


def test_a_schema_that_is_behind_is_not_ready(client: TestClient, filled: Database) -> None:
    with filled.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["schema"]) == (503, "behind")


def test_a_database_that_is_away_is_not_ready(tmp_path: Path) -> None:
    parts = _parts(Database(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}"))
    client = TestClient(create_app(parts, with_worker=False))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "database": "unreachable"})
    assert client.get("/healthz").status_code == 200
    assert _value(client.get("/metrics", headers=BEARER).text, "madoguchi_database_up") == 0


def test_measures_are_for_those_with_the_token(client: TestClient, filled: Database) -> None:
    for authorization in ("", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", f"bearer {TOKEN} ", "Bearer あ"):
        assert client.get("/metrics", headers={b"authorization": authorization.encode()}).status_code == 404
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers=BEARER).status_code == 200
    without = TestClient(create_app(_parts(filled, metrics_token=""), with_worker=False))
    assert without.get("/metrics", headers={"authorization": "Bearer "}).status_code == 404
    trial = TestClient(create_app(_parts(filled, metrics_token="", mode="development"), with_worker=False))
    assert trial.get("/metrics").status_code == 200


def test_a_short_token_is_refused() -> None:
    with pytest.raises(SettingsError, match="METRICS_TOKEN"):
        read_settings({"MADOGUCHI_METRICS_TOKEN": "short"})


class _Sender:
    def send(self, reply_token: str, reply: object) -> Sent:  # noqa: ARG002
        return Sent(Delivery.SENT)


def test_what_happens_is_counted(parts: Parts, client: TestClient, filled: Database) -> None:
    before = client.get("/metrics", headers=BEARER).text
    body = webhook_body([text_event("マイナンバーカードをなくした", "U" + "1" * 32, "token")])
    headers = {"x-line-signature": sign(SECRET, body), "x-request-id": "from-line-0001"}
    for signature in (headers, headers, {"x-line-signature": "wrong"}):
        client.post("/line/kokubunji/webhook", content=body, headers=signature)
    waiting = client.get("/metrics", headers=BEARER).text
    Worker(filled, parts.library, {"kokubunji": _Sender()}, clock.now).run_once()
    after = client.get("/metrics", headers=BEARER).text

    def more(name: str) -> float:
        known = re.search(rf"^{re.escape(name)} ", before, re.MULTILINE)
        return _value(after, name) - (_value(before, name) if known else 0)

    assert more('madoguchi_webhooks_total{channel="kokubunji",outcome="accepted"}') == 2
    assert more('madoguchi_webhooks_total{channel="kokubunji",outcome="wrong signature"}') == 1
    assert more('madoguchi_webhook_events_total{channel="kokubunji",outcome="new"}') == 1
    assert more('madoguchi_webhook_events_total{channel="kokubunji",outcome="repeated"}') == 1
    assert more('madoguchi_recognition_seconds_count{channel="line"}') == 1
    assert more('madoguchi_decisions_total{channel="line",decision="answer"}') == 1
    assert more('madoguchi_replies_total{outcome="sent"}') == 1
    assert more("madoguchi_answer_delay_seconds_count") == 1
    assert more('madoguchi_http_requests_total{area="webhook",method="POST",status="2xx"}') == 2
    assert _value(waiting, 'madoguchi_inbox_rows{state="received"}') == 1
    assert _value(waiting, "madoguchi_inbox_oldest_unanswered_seconds") >= 0
    assert _value(after, 'madoguchi_inbox_rows{state="received"}') == 0
    assert _value(after, "madoguchi_release") == _value(after, "madoguchi_release_published") == 1
    assert _value(after, 'madoguchi_jobs{state="waiting"}') == 0
    with filled.reading() as session:
        assert session.exec(select(InboxRow.request_id)).all() == ["from-line-0001"]
    assert "U" + "1" * 32 not in after
    assert "なくした" not in after


def test_labels_are_of_few_values() -> None:
    assert {area_of(path) for path in ("/line/x/webhook", "/lookup", "/admin/x/y", "/", "/U" + "1" * 32)} == {
        "webhook",
        "lookup",
        "admin",
        "other",
    }
    assert [status_class(status) for status in (200, 404, 429, 503, None, 0)] == [
        "2xx",
        "4xx",
        "429",
        "5xx",
        "none",
        "none",
    ]
    allowed = {"channel", "outcome", "decision", "request", "status", "area", "method", "le", "generation"}
    allowed |= {"implementation", "major", "minor", "patchlevel", "version"}
    found = {label for family in REGISTRY.collect() for sample in family.samples for label in sample.labels}
    assert found <= allowed


# --- what is watched with it ---


def _known(filled: Database, parts: Parts) -> set[str]:
    families = [*REGISTRY.collect(), *ServiceState(filled, parts.library, clock.now).collect()]
    suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
    return {family.name + suffix for family in families for suffix in suffixes.get(family.type, ("",))}


def _expressions() -> dict[str, str]:
    dashboard = json.loads((MONITORING / "grafana-dashboard.json").read_text(encoding="utf-8"))
    rules = yaml.safe_load((MONITORING / "prometheus-rules.yaml").read_text(encoding="utf-8"))
    shown = {f"{p['title']} {t['refId']}": t["expr"] for p in dashboard["panels"] for t in p.get("targets", ())}
    return shown | {rule["alert"]: rule["expr"] for group in rules["groups"] for rule in group["rules"]}


def test_every_measure_that_is_watched_exists(filled: Database, parts: Parts) -> None:
    known = _known(filled, parts)
    expressions = _expressions()
    assert len(expressions) >= 20
    for place, expression in expressions.items():
        named = set(re.findall(r"\b(?:madoguchi|process)_\w+", expression))
        assert named or "up{" in expression, place
        assert named <= known, place


def test_every_own_measure_is_watched(filled: Database, parts: Parts) -> None:
    watched = " ".join(_expressions().values())
    own = {name for name in _known(filled, parts) if name.startswith("madoguchi_")}
    stems = {re.sub(r"_(bucket|sum|count)$", "", name) for name in own}
    assert {stem for stem in stems if stem not in watched} <= {"madoguchi_build_info"}


def test_every_alert_says_what_to_do() -> None:
    rules = yaml.safe_load((MONITORING / "prometheus-rules.yaml").read_text(encoding="utf-8"))
    for rule in (rule for group in rules["groups"] for rule in group["rules"]):
        assert rule["labels"]["severity"] in ("page", "ticket"), rule["alert"]
        assert rule["annotations"]["summary"].endswith("。"), rule["alert"]
        assert rule["annotations"]["description"].endswith("。"), rule["alert"]


def test_the_prometheus_example_asks_for_the_measures_with_a_token() -> None:
    example = yaml.safe_load((MONITORING / "prometheus.yaml").read_text(encoding="utf-8"))
    (job,) = [job for job in example["scrape_configs"] if job["job_name"] == "madoguchi"]
    assert job.get("metrics_path", "/metrics") == "/metrics"
    assert job["authorization"]["credentials_file"]
    assert example["rule_files"] == ["prometheus-rules.yaml"]


def test_the_worker_app_has_nothing_but_operation(parts: Parts) -> None:
    app: FastAPI = create_worker_app(parts)
    assert set(app.openapi()["paths"]) == {"/healthz", "/readyz", "/metrics"}
