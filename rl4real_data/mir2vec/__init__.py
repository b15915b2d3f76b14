"""MIR2Vec: vectors of machine instructions, their vocabularies, and how vocabularies are learned."""
