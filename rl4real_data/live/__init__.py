"""Models in the loop: decisions that a stock clang carries out, and what comes of them."""
