"""The work behind the list of conflicts: a job that looks through a municipality's published entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from admin.jobs.runner import Job
from admin.worklists.conflicts import Finding, Trouble, findings

KIND = "conflicts"
MOST = 1000
"""Findings that are kept; so many are more than anybody goes through."""


def check(job: Job) -> Mapping[str, Any]:
    """The task. Its result is the findings and the release that they are about."""
    with job.database.reading() as session:
        published = job.library.published(session)
        city = job.library.city(session, job.municipality)
    found = findings(published, city, job.clock(), job.tell)
    return {
        "release": published.release,
        "entries": len(city.entries),
        "findings": [_stored(finding) for finding in found[:MOST]],
        "left_off": max(len(found) - MOST, 0),
        "counts": {trouble.value: sum(f.trouble is trouble for f in found) for trouble in Trouble},
    }


def _stored(finding: Finding) -> dict[str, Any]:
    return {**asdict(finding), "key": finding.key}
