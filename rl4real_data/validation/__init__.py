"""`validate`: whether a dataset is what it promises, and whether its episodes replay."""
