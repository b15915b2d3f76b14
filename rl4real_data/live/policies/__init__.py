"""Policies that `rl4real-data serve` knows: each decides on functions that a compiler sends."""
