"""First manifests for code that has none, and new pins for manifests that have grown old."""
