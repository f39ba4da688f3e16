"""The audit log as a page and as a file."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Response

from admin.audit import AuditFilter, audited_people, find_audit
from admin.auditing import as_csv, changes_in
from admin.pages.visit import ApproverReads, ApproverWrites
from admin.publishing.drafts import people

router = APIRouter(prefix="/admin")

PAGE = 100
MOST_EXPORTED = 50_000

_ACTIONS = {
    "enter indicator": "指標の数を入れた",
    "set indicator target": "指標の目標を決めた",
    "set digest": "毎日のお知らせの送り先を変えた",
    "pin question": "守る質問に追加",
    "unpin question": "守る質問から外した",
    "confirm pinned questions": "守る質問が変わることを確認",
    "leave conflict": "重なりと食いちがいを、このままに",
    "list conflict again": "重なりと食いちがいを、一覧に戻した",
    "export": "書き出し",
    "review entry": "見直した（変わりなし）",
    "add listing": "一覧に足した",
    "change listing": "一覧を直した",
    "delete listing": "一覧から消した",
    "import listings": "一覧の取り込み",
    "import excel": "Excel の取り込み",
    "announce": "お知らせ・休止を出した",
    "stop announcement": "お知らせ・休止を止めた",
    "sign in": "サインイン",
    "sign out": "サインアウト",
    "publish entry": "項目を公開",
    "save draft": "下書きを保存",
    "draft removal": "項目の取り下げを提案",
    "keep entry": "項目の取り下げをやめた",
    "settle question": "質問を答えないことに",
    "question cause": "答えのない質問の原因を決めた",
    "question look": "答えのない質問を見た",
    "question decline": "質問を答えないことに決めた",
    "question refer": "質問に窓口を案内することに決めた",
    "question no-answer": "質問に窓口を案内するようになった",
    "question postpone": "質問を先送りにした",
    "question assign": "質問の担当を決めた",
    "question comment": "質問にひとこと",
    "question merge": "質問をまとめた",
    "question split": "質問を分けた",
    "question mend": "質問を項目の下書きに足した",
    "question resolved": "質問が解決した",
    "question back": "質問がもどってきた",
    "judge answer": "抜き取った答えを見直した",
    "set weekly sample": "抜き取る件数を変更",
    "add staff": "職員を追加",
    "change role": "役割を変更",
    "change staff": "職員の名前・組織のアカウントを変更",
    "disable staff": "職員を停止",
    "enable staff": "職員の停止を解除",
    "reset second factor": "二段階認証を消去",
    "new sign-in link": "サインイン用リンクを発行",
    "set password": "パスワードを設定",
    "change password": "パスワードを変更",
    "lock sign-in": "間違いが続きサインインを停止",
    "use recovery code": "回復コードを使用",
    "new recovery codes": "回復コードを発行",
    "set authenticator": "認証アプリを登録",
    "remove authenticator": "認証アプリを削除",
    "add passkey": "パスキーを登録",
    "name passkey": "パスキーの名前を変更",
    "remove passkey": "パスキーを削除",
    "end session": "ほかの画面をサインアウト",
    "end all sessions": "すべての画面をサインアウト",
    "end everybody's sessions": "全員の画面をサインアウト",
    "publish on schedule": "予約した項目を公開",
    "schedule refused": "予約した公開を取りやめ",
    "submit draft": "下書きを確認に出した",
    "approve draft": "下書きを承認",
    "send draft back": "下書きを差し戻し",
    "schedule draft": "公開の時刻を決定",
    "discard draft": "下書きを捨てた",
    "comment draft": "下書きにひとこと",
    "merge draft": "下書きを公開された文と合わせた",
    "merge pack text": "新しいパックの文と合わせた",
    "keep own text": "パックの文を取り入れないことに",
    "restore text": "前の文を下書きに",
    "undo release": "公開を取り消し",
    "override common": "共通の項目を市で上書き",
    "drop override": "市の上書きをやめる下書き",
    "adopt common change": "共通の変更を取り入れ",
    "change policy": "公開のきまりを変更",
    "change sureness": "答える確かさを変更",
    "change counter": "窓口を変更",
    "export audit": "操作の記録を書き出し",
}


def _filter(
    actor: Annotated[str, Query(max_length=80)] = "",
    action: Annotated[str, Query(max_length=40)] = "",
    subject: Annotated[str, Query(max_length=160)] = "",
    first: Annotated[str, Query(max_length=10)] = "",
    last: Annotated[str, Query(max_length=10)] = "",
) -> AuditFilter:
    return AuditFilter(actor, action, subject.strip(), _day(first), _day(last))


def _form(
    actor: Annotated[str, Form(max_length=80)] = "",
    action: Annotated[str, Form(max_length=40)] = "",
    subject: Annotated[str, Form(max_length=160)] = "",
    first: Annotated[str, Form(max_length=10)] = "",
    last: Annotated[str, Form(max_length=10)] = "",
) -> AuditFilter:
    return _filter(actor, action, subject, first, last)


@router.get("/{municipality}/audit")
def audit(
    visit: ApproverReads, wanted: Annotated[AuditFilter, Depends(_filter)], before: int | None = None
) -> Response:
    """Who did what, newest first, as far as it matches."""
    rows = find_audit(visit.session, visit.municipality, wanted, before=before, limit=PAGE + 1)
    shown = rows[:PAGE]
    older = urlencode({**_asked(wanted), "before": shown[-1].id}) if len(rows) > PAGE else ""
    return visit.show(
        "audit.html",
        rows=[(row, changes_in(row)) for row in shown],
        actions=_ACTIONS,
        wanted=wanted,
        asked=_asked(wanted),
        actors=audited_people(visit.session, visit.municipality),
        people=people(visit.session),
        older=older,
        most=MOST_EXPORTED,
    )


@router.post("/{municipality}/audit/export")
def export(visit: ApproverWrites, wanted: Annotated[AuditFilter, Depends(_form)]) -> Response:
    """The matching rows as a CSV file; that this was done is a row of its own."""
    rows = find_audit(visit.session, visit.municipality, wanted, limit=MOST_EXPORTED)
    content = as_csv(rows, _ACTIONS, people(visit.session))
    visit.audit("export audit", "操作の記録", after={"rows": len(rows), **_asked(wanted)})
    name = f"audit-{visit.municipality}-{visit.at:%Y%m%d}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


def _asked(wanted: AuditFilter) -> dict[str, str]:
    """The filter as the fields of a form; those that are empty are left out."""
    days = {"first": wanted.first, "last": wanted.last}
    found = {"actor": wanted.actor, "action": wanted.action, "subject": wanted.subject}
    return {name: text for name, text in found.items() if text} | {n: d.isoformat() for n, d in days.items() if d}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
