"""The authors' tool: content/*.py becomes notebooks/, source/ and release/."""
