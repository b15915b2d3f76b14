"""The making of trace datasets.

Corpora through the compiler, with LLVM's advisors or a policy in their place.
"""
