"""The pages of the catalogues: lists, forms, weekly series, files in and out."""
