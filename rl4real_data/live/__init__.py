"""The compiler in the loop: models that decide while clang compiles, and what carries their words."""
