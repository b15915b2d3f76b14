"""The compiler in the loop.

Models that decide while clang compiles, and what carries their words.
"""
