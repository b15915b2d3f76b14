"""Register allocation as a colouring problem: what may be decided, what it costs, and what the expert decided."""
