"""The lists of the 自治体標準オープンデータセット that we read and write: events, Wi-Fi access points, facilities.

Reading forgives what real files do wrong and says so row by row; writing is strict.
"""

from __future__ import annotations

from knowledge.open_data.columns import Layout
from knowledge.open_data.events import read_events, write_events
from knowledge.open_data.places import read_facilities, read_wifi, write_facilities, write_wifi

__all__ = ["Layout", "read_events", "read_facilities", "read_wifi", "write_events", "write_facilities", "write_wifi"]
