"""A course that has nothing to do with this one: nbgrader's own defaults."""

import os

c = get_config()
c.CourseDirectory.root = os.path.dirname(os.path.abspath(__file__))
c.CourseDirectory.course_id = "small"
