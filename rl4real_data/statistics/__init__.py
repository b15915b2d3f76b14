"""`stats`: what a dataset holds, streamed."""
