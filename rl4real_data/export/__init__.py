"""Datasets in the forms of other libraries."""
