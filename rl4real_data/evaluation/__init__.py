"""The evaluation of policies.

Held-out corpora are compiled with a policy, and the code is compared with that of LLVM's own allocators.
"""
