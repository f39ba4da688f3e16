"""The pages that show what citizens would read: trying, the publish preview, pinned questions."""
