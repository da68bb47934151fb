"""The pictures of the lessons; each function returns a figure and its description."""
