"""Made-up sessions for a trial run, so that the simulator has something to show. No real place, nobody to call."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from sqlmodel import Session

from deploy import clock
from knowledge.listing_store import load_listings, publish_listings, store_classes
from knowledge.listings import PackListings, SmartphoneClass

_SATURDAY = 5
_PLANNED = (
    # Title, content, hour, length in hours, seats, how many days before the session the deadline is.
    ("はじめてのスマホ", "電源の入れ方、電話のかけ方、文字入力", 10, 2, 12, None),
    ("LINEを使ってみよう", "LINEの友だち追加、写真の送り方", 14, 2, 10, 2),
    ("地図とバスの時刻", "地図アプリの見方、乗り換えの調べ方", 10, 1, 8, 3),
    ("カメラと写真", "写真のとり方、残し方、送り方", 13, 2, 10, 5),
    ("だまされないために", "詐欺のメールやSMSの見分け方、安全な使い方", 18, 1, 20, None),
    ("マイナポータル入門", "マイナポータルの見方、オンライン手続のはじめ方", 15, 2, 6, 4),
)


def sample_classes(today: date) -> tuple[SmartphoneClass, ...]:
    """Six sessions in the thirty days after `today`; one of them is on the coming Saturday."""
    saturday = (_SATURDAY - today.weekday()) % 7 or 7
    days = (1, saturday, 9, 14, 20, 27)
    return tuple(_session(number, today + timedelta(days=days[number])) for number in range(len(_PLANNED)))


def _session(number: int, day: date) -> SmartphoneClass:
    title, content, hour, length, seats, before = _PLANNED[number]
    starts = datetime.combine(day, time(hour))
    return SmartphoneClass(
        id=f"sample-{number + 1}",
        title=f"【見本】{title}",
        starts=starts,
        ends=starts + timedelta(hours=length),
        content=content,
        place="見本会場",
        capacity=seats,
        fee=0,
        apply="見本なので、申し込めません。",
        apply_until=day - timedelta(days=before) if before else None,
        sample=True,
    )


def store_samples(session: Session, cities: Iterable[str], today: date) -> None:
    """Puts the made-up sessions of every city beside its real ones, as a release when they changed."""
    listings = load_listings(session)
    changed = False
    for city in cities:
        real = [c for c in listings.get(city, PackListings()).classes if not c.sample]
        changed |= store_classes(session, city, (*real, *sample_classes(today)))
    if changed:
        publish_listings(session, author="sample", reason="見本の教室", at=clock.now())
