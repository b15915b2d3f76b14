"""The programs of benchmarks, built by any compiler, run and measured."""
