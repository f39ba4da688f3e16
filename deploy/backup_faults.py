"""What can go wrong with a backup."""

from __future__ import annotations


class BackupFault(Exception):
    """A backup can't be made, put back or copied; the message is a Japanese sentence with what to do."""
