"""What the runner does: the tasks by the kind of job, and the chores of each sweep."""

from __future__ import annotations

from collections.abc import Mapping

from admin.jobs.runner import Chore, Task
from admin.publishing.due import publish_due

TASKS: Mapping[str, Task] = {}
"""A room adds its task here under the kind that it enqueues."""
CHORES: tuple[Chore, ...] = (publish_due,)
