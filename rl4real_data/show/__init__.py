"""Episodes and datasets for the eyes of a person.

Text, SVG and self-contained HTML pages.
"""
