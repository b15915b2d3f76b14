"""The making of trace datasets: corpora through the compiler, with LLVM's advisors or a policy in their place."""
