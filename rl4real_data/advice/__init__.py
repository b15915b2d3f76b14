"""The preset `advice`, a graph network that names a few decisions for greedy.

It looks once at a function. Trials are gathered in the compiler, the network learns what each decision gains, and what
it learned is one ONNX file.
"""
