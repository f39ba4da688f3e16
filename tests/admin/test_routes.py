"""Every route of the admin: who may use it, from one table (routes.yaml). A route without a line there fails."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
import yaml
from fastapi import FastAPI
from starlette.testclient import TestClient

from admin.accounts import sessions
from admin.accounts.sessions import Method
from admin.staff import Role, add_staff
from admin.tables import StaffRow
from knowledge.database import Database

TABLE = yaml.safe_load((Path(__file__).parent / "routes.yaml").read_text(encoding="utf-8"))
LEAST = {(line["method"], line["route"]): line["least"] for line in TABLE}
OF_A_CITY = {key: Role(least) for key, least in LEAST.items() if "{municipality}" in key[1]}
PARAMETERS = {"municipality": "kokubunji", "group": "mynumber-card", "name": "lost-card"}


def _concrete(path: str) -> str:
    """The path with a place where there are entries, and numbers that nothing has."""
    return re.sub(r"\{(\w+)(:\w+)?\}", lambda match: PARAMETERS.get(match[1], "999"), path)


@pytest.fixture
def ask(
    filled: Database, new_client: Callable[[], TestClient], now: datetime
) -> Callable[[StaffRow | None, str, str], tuple[int, str]]:
    """Asks for a route as a member of staff who has just signed in; returns status and where it leads."""
    client = new_client()

    def asked(staff: StaffRow | None, method: str, path: str) -> tuple[int, str]:
        client.cookies.clear()
        if staff is not None:
            with filled.writing() as session:
                token = sessions.start(session, staff, Method.PASSWORD, "", now)
            client.cookies.set("madoguchi_staff", token)
        answer = client.request(method, _concrete(path))
        return answer.status_code, answer.headers.get("location", "")

    return asked


def _somebody(filled: Database, now: datetime, login: str, place: str, role: Role) -> StaffRow:
    with filled.writing() as session:
        return add_staff(session, login, login, None, municipality=place, role=role, at=now)


def test_every_route_is_in_the_table_once(app: FastAPI) -> None:
    found = {
        (method.upper(), path)
        for path, methods in app.openapi()["paths"].items()
        for method in methods
        if path.startswith("/admin")
    }
    assert sorted(found - set(LEAST)) == [], "add a line to routes.yaml"
    assert sorted(set(LEAST) - found) == [], "these lines are of no route"
    assert len(TABLE) == len(LEAST)


def test_the_table_gives_a_role_to_exactly_the_routes_of_a_city() -> None:
    others = {least for key, least in LEAST.items() if key not in OF_A_CITY}
    assert others == {"public", "signed-in"}
    assert {Role.VIEWER, Role.APPROVER, Role.ADMIN} <= set(OF_A_CITY.values())


def test_every_route_but_the_public_ones_needs_sign_in(ask: Callable[..., tuple[int, str]]) -> None:
    for (method, path), least in LEAST.items():
        if least != "public":
            assert ask(None, method, path) == (303, "/admin/sign-in"), (method, path)


@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_use_its_own_routes_and_no_others(
    ask: Callable[..., tuple[int, str]], filled: Database, now: datetime, role: Role
) -> None:
    staff = _somebody(filled, now, "somebody", "kokubunji", role)
    for (method, path), least in OF_A_CITY.items():
        status, where = ask(staff, method, path)
        allowed = status != 403 and not where.startswith("/admin/sign-in") and status < 500
        assert allowed == role.allows(least), (method, path, status)


def test_another_citys_pages_do_not_exist(ask: Callable[..., tuple[int, str]], filled: Database, now: datetime) -> None:
    neighbour = _somebody(filled, now, "from-oyama", "oyama", Role.ADMIN)
    shared = _somebody(filled, now, "for-common", "common", Role.ADMIN)
    for method, path in OF_A_CITY:
        assert ask(neighbour, method, path)[0] == 404, (method, path)
        assert ask(shared, method, path)[0] == 404, (method, path)


def test_what_any_member_of_staff_may_use_needs_no_role(
    ask: Callable[..., tuple[int, str]], filled: Database, now: datetime
) -> None:
    viewer = _somebody(filled, now, "somebody", "oyama", Role.VIEWER)
    for (method, path), least in LEAST.items():
        if least == "signed-in":
            status, where = ask(viewer, method, path)
            assert status < 500, (method, path, status)
            assert status != 403, (method, path)
            assert where != "/admin/sign-in", (method, path)
