"""The vectors of MIR2Vec.

Vectors of machine instructions, their vocabularies, and how vocabularies are learned.
"""
