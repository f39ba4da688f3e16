"""Worklists: what staff should look at, found by the program, settled by people."""
