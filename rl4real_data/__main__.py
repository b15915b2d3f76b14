"""`python -m rl4real_data` is `rl4real-data`."""

from rl4real_data.cli import main

main()
