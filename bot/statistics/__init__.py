"""Counting what was asked and how it went: queries that count, and pure functions on the counts."""
