"""The learning and judging of vocabularies.

How they are learned from episodes, and how good they are.
"""
