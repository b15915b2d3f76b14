"""MLGO's three tasks on a stock clang.

LLVM's interactive channel from Python: traces of inlining, policies served, Gymnasium environments, MLGO's own formats,
and a stand-in for the clang with TensorFlow inside that MLGO's scripts ask for.
"""
