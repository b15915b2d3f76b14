"""The trace datasets of MLGO's three tasks.

Features, schema, index, reader, figures and checks; what makes them is `rl4real_data.tracing`.
"""
