"""Entries as staff see them: finding them, changing them, and what a change looks like."""
