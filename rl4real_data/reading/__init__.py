"""The reading of datasets.

What training runs use to read a DATA_DIR.
"""
