"""Policies that `rl4real-data serve` knows, each of which decides on functions that a compiler sends."""
