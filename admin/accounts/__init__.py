"""Accounts of staff: how somebody proves who they are, and what is counted and kept of it."""
