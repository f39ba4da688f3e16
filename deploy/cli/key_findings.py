"""What `doctor` finds about the key under which people are stored, and about its replacement."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmodel import Session

from admin.accounts.second_factor import sealed_otherwise
from bot.pseudonyms import in_use_since, key_id, key_ids, people_before
from bot.web.static import japan_time
from deploy.cli.findings import BAD, GOOD, NOTE, Finding
from deploy.settings import Settings


def key_finding(settings: Settings) -> Finding:
    """Whether there is a key."""
    return Finding(GOOD if settings.hash_key.get_secret_value() else BAD, "MADOGUCHI_HASH_KEY（32 文字以上）")


def key_findings(session: Session, settings: Settings) -> Iterator[Finding]:
    """Whether it is the key that was used so far; while there are two, what still stands under the old one."""
    key, old = settings.hash_key.get_secret_value(), settings.hash_key_old.get_secret_value()
    if not key:
        return
    known = key_ids(session)
    in_use = known[-1:] == [key_id(key)]
    if known and not in_use and not (old and key_id(old) == known[-1]):
        name = "MADOGUCHI_HASH_KEY_OLD が、いままでの鍵ではありません" if old else "この鍵は、いままでの鍵とちがいます"
        yield Finding(BAD, f"{name}。このまま動かすと、みなさんが初めての方になります（docs/runbooks/rotate.md）")
    people = people_before(session, in_use_since(session, key) if in_use else None)
    apps = sealed_otherwise(session, key)
    if old:
        yield (
            _two_keys(session, key, people, apps)
            if in_use
            else Finding(
                NOTE, "鍵が二つ置かれています。madoguchi serve を動かし直すと、新しい鍵への移しかえが始まります"
            )
        )
    else:
        yield from _left_behind(people if len(known) > 1 else 0, apps)


def _two_keys(session: Session, key: str, people: int, apps: int) -> Finding:
    since = in_use_since(session, key)
    begun = f"（{japan_time(since)} から移しかえ中）" if since else ""
    if not people and not apps:
        return Finding(NOTE, f"鍵が二つ置かれています{begun}。全員が移りました。MADOGUCHI_HASH_KEY_OLD を外せます")
    left = f"前の鍵のままの方は多くて {people} 人、職員の認証アプリは {apps} 人分です"
    return Finding(NOTE, f"鍵が二つ置かれています{begun}。{left}")


def _left_behind(people: int, apps: int) -> Iterator[Finding]:
    """What only a key that is no longer set would find."""
    if people:
        yield Finding(NOTE, f"前の鍵のままの方が、多くて {people} 人います（この鍵では見つからず、期限で消えます）")
    if apps:
        text = "madoguchi staff reset-second-factor で登録し直してもらってください"
        yield Finding(BAD, f"職員の認証アプリ {apps} 人分を、この鍵で開けません。{text}")
