"""The statistics of a dataset, streamed."""
