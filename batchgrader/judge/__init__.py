"""The verdict outside the student's process: values come over, nothing of the student's runs."""
