"""The pages on the way to citizens: drafts, releases, what an entry was before, common and city, announcements."""
