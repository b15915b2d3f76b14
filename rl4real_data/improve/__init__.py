"""The search for decisions that make a function's code better than greedy's.

Candidates are tried in the compiler; what makes the final code or LLVM's score better is kept.
"""
