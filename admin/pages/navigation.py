"""The admin's menu: what there is, in what order, and who sees it. A new page adds its line here."""

from __future__ import annotations

from dataclasses import dataclass

from admin.access import SignedIn
from admin.staff import Role


@dataclass(frozen=True, slots=True)
class Link:
    """A page of a municipality. `path` follows `/admin/<municipality>/` and is what `here` names in a template."""

    path: str
    label: str
    role: Role = Role.VIEWER


MENU: tuple[tuple[str, tuple[Link, ...]], ...] = (
    (
        "市民の声",
        (
            Link("unanswered", "答えのない質問"),
            Link("dashboard", "利用のようす"),
            Link("report", "月の報告"),
            Link("indicators", "計画の指標"),
        ),
    ),
    (
        "答えを直す",
        (
            Link("entries", "FAQ項目"),
            Link("compare", "共通と市"),
            Link("conflicts", "重なりと食いちがい"),
            Link("try", "ためす"),
            Link("due", "点検"),
            Link("excel", "Excel"),
        ),
    ),
    (
        "一覧",
        (
            Link("catalogues/classes", "スマホ教室"),
            Link("catalogues/places", "場所"),
            Link("catalogues/procedures", "手続"),
        ),
    ),
    (
        "市民へ出す",
        (
            Link("drafts", "下書きと公開"),
            Link("preview", "公開前の確認"),
            Link("pins", "守る質問"),
            Link("releases", "公開の記録"),
            Link("announcements", "お知らせと休止"),
        ),
    ),
    (
        "記録と設定",
        (
            Link("audit", "操作の記録", Role.APPROVER),
            Link("deliveries", "届かなかった返信", Role.ADMIN),
            Link("staff", "職員", Role.ADMIN),
            Link("digest", "毎日のお知らせ", Role.ADMIN),
            Link("settings", "設定", Role.ADMIN),
        ),
    ),
)


def menu_for(staff: SignedIn, municipality: str) -> list[tuple[str, list[Link]]]:
    """The menu's groups as this member of staff sees them in a municipality."""
    held = staff.role_in(municipality)
    groups = [(title, [link for link in links if held and held.allows(link.role)]) for title, links in MENU]
    return [(title, links) for title, links in groups if links]
