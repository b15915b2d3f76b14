"""The preset `advice`: a graph network that looks once at a function and names a few decisions for greedy.

Trials are gathered in the compiler, the network learns what each decision gains, and what it learned is one ONNX file.
"""
