"""The validation of datasets.

Whether one is what it promises, and whether its episodes replay.
"""
