"""Vocabularies: how they are learned from episodes, and how good they are."""
