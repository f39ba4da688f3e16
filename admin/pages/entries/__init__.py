"""The pages of the entries: the list, the editor, Excel files in and out."""
