"""Models in the loop.

Policies are served to compilers that ask, over the transports of the plugin's runners.
"""
