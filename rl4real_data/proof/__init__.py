"""Optimal allocations of small functions.

The models, what solves them, what recounts each answer, and what carries it out in the compiler.
"""
