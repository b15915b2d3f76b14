"""The evaluation of a policy: the code of held-out corpora beside that of LLVM's own allocators."""
