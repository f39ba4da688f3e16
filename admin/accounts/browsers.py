"""What kind of browser a session is in: enough to recognise one's own, no more."""

from __future__ import annotations

_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "Chromebook"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str) -> str:
    """Browser and system by their everyday names; the header itself is not kept."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "ブラウザー")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return f"{browser}（{system}）" if system else browser
