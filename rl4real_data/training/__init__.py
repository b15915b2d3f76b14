"""Training of policies on a DATA_DIR.

RL4ReAl's four agents learn from the expert's decisions, then by playing, with RLlib.
"""
