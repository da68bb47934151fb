"""The instructor's tool: hand-ins in, points and feedback out."""
