"""The monthly report as an Excel file: the same figures, a sheet for each part. Texts never run as formulas."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from admin.reports.indicators import shown
from admin.reports.monthly import Report, rows_of
from admin.reports.open_data import questions_shown
from admin.reports.outline import Line
from bot.statistics.periods import fiscal_name, fiscal_year
from bot.statistics.shares import Share
from bot.statistics.small_numbers import HIDDEN, guarded, people_shown

Row = Sequence[str | int | float | None]
_HEAD = PatternFill("solid", fgColor="DDE3EE")
_WRAPPED = Alignment(wrap_text=True, vertical="top")


def workbook(report: Report) -> bytes:
    """The .xlsx file."""
    book = Workbook(write_only=True)
    _sheet(book, "まとめ", (30, 110), ("", report.title), [("", sentence) for sentence in report.sentences])
    head = ("割合", "この月", "件数", "先月", "件数（先月）", "95%の範囲", "意味")
    _sheet(book, "割合", (18, 12, 26, 12, 26, 18, 60), head, rows_of(report))
    here, told = report.here, questions_shown(report.here)
    _sheet(book, "日ごと", (14, 10, 14), ("日", "質問", "人（LINE）"), _days(report, told["日"]))
    for title, lines in (("分野", here.groups), ("言語", here.languages), ("どこから", here.channels)):
        rows = [_line(line, told[title][line.name]) for line in lines]
        _sheet(book, title, (22, *[20] * 7), (title, *_RATES), rows)
    topics = [(t.question, t.tally.questions) for t in report.topics]
    _sheet(book, "よく聞かれたこと", (60, 10), ("項目", "質問"), topics)
    vain = [(v.text, v.found.exposed, v.found.times) for v in report.vain]
    _sheet(book, "答えられなかったこと", (60, 10, 10), ("聞かれ方", "人", "回"), vain)
    causes = [(c.name, c.groups, c.times) for c in report.causes]
    _sheet(book, "わけ", (40, 16, 10), ("わけ", "ちがう質問", "回"), causes)
    year = fiscal_name(fiscal_year(report.here.period.first))
    names = ("指標", "種類", "この月", f"{year}のここまで", "目標", "単位", "出典", "メモ")
    _sheet(book, "計画の指標", (44, 12, 12, 20, 12, 8, 44, 40), names, _indicators(report))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


_RATES = ("質問", "回答率", "正答率（くじ）", "誤答率（くじ）", "解決率", "聞き返し率", "時間外")


def _line(line: Line, questions: str) -> Row:
    t, j = line.tally, line.judged
    if questions == HIDDEN:
        return (line.name, HIDDEN)
    shares = (t.solved_rate, t.ask_rate, t.out_of_hours_rate)
    sampled = (f"{s.percent}（{s.part}/{s.whole}）" if s.whole else "–" for s in (j.right_rate, j.wrong_rate))
    return (line.name, int(questions), _told(t.answer_rate), *sampled, *map(_told, shares))


def _told(share: Share) -> str:
    percent, counts = guarded(share)
    return f"{percent}（{counts}）"


def _days(report: Report, told: Mapping[str, str]) -> Iterable[Row]:
    for day, t in report.here.counted.days.items():
        questions = told[day.isoformat()]
        hidden = questions == HIDDEN
        yield (day.isoformat(), HIDDEN if hidden else int(questions), HIDDEN if hidden else people_shown(t.people))


def _indicators(report: Report) -> Iterable[Row]:
    for f in report.indicators:
        i = f.indicator
        target = shown(f.target.value) if f.target else "未設定"
        note = " ".join(filter(None, (i.note, f.remark, f.entered.note if f.entered else "")))
        yield (i.name, i.kind_name, shown(f.month), shown(f.year), target, i.unit, f.source, note)


def _sheet(book: Any, title: str, widths: Sequence[int], head: Row, rows: Iterable[Row]) -> None:  # noqa: ANN401
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.append([_cell(sheet, value, head=True) for value in head])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])


def _cell(sheet: Any, value: str | int | float | None, *, head: bool = False) -> Any:  # noqa: ANN401 - openpyxl's kinds
    cell = WriteOnlyCell(sheet, value=value)
    cell.alignment = _WRAPPED
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(("=", "+", "-", "@", "\t", "\r"))
    if head:
        cell.font, cell.fill = Font(bold=True), _HEAD
    return cell
