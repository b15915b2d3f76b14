"""Register allocation as a colouring problem.

What may be decided, what it costs, and what the expert decided.
"""
