"""Pages of signing in, one's own account, and the staff of a municipality."""
