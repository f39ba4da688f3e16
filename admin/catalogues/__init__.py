"""The three catalogues as staff keep them: procedures, classes, places."""
