"""Episodes and datasets for the eyes of a person: text, SVG and self-contained HTML pages."""
