"""The reading side: what training runs use to read a DATA_DIR."""
