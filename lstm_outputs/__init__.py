"""What learners meet: the dataset, the checks, and the pictures of the lessons.

Notebooks never import this package: the build writes the functions that a
notebook names into that notebook, so that it also works alone, in Colab.
"""
