"""From draft to release: review, preview, pinned questions, publishing, taking back."""
