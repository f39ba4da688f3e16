"""Entries as an Excel file, out and back in, and packs as a zip."""
