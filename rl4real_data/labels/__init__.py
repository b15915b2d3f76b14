"""Answers for episodes, found by search and by proof, and the candidates that were tried for them."""
