"""The pages of entries that want a look: due ones, and those in each other's way."""
