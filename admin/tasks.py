"""What the runner does: the tasks by the kind of job, and the chores of each sweep."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from admin.jobs.runner import Chore, Task
from admin.publishing import preview, previewing
from admin.publishing.due import publish_due
from admin.review import after_release, grouping
from admin.review.pace import Paced
from admin.review.sampling import draw_weekly
from admin.spreadsheets import importing as excel_importing
from admin.spreadsheets import saving as excel_saving
from admin.worklists import checking

TASKS: Mapping[str, Task] = {
    preview.KIND: previewing.preview,
    preview.READY: previewing.make_ready,
    checking.KIND: checking.check,
    grouping.KIND: grouping.group_questions,
    after_release.KIND: after_release.ask_again,
    excel_importing.KIND: excel_importing.compare_file,
    excel_saving.SAVE: excel_saving.save_rows,
}
"""A room adds its task here under the kind that it enqueues."""
CHORES: tuple[Chore, ...] = (
    publish_due,
    after_release.ask_again_when_released,
    Paced(grouping.group_regularly, timedelta(minutes=5)),
    Paced(grouping.group_all, timedelta(days=1)),
    Paced(draw_weekly, timedelta(hours=1)),
)
