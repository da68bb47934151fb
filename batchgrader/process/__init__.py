"""Processes that run a notebook's cells: forked from a parent that has done the imports."""
