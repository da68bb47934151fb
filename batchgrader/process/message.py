"""What a process may say to the grader. All else a student's code has forged."""

DEEPEST = 100  # brackets within brackets, in an output
FIELDS = {
    "stream": {"name": str, "text": str},
    "error": {"ename": str, "evalue": str, "traceback": list},
    "display_data": {"data": dict, "metadata": dict, "transient": dict},
    "update_display_data": {"data": dict, "metadata": dict, "transient": dict},
    "execute_result": {"data": dict, "metadata": dict},
    "clear_output": {},
}
OPTIONAL = {"execute_result": {"execution_count"}, "clear_output": {"wait"}}


def is_sound(message):
    """Return whether a process that nobody has tampered with could send this JSON value."""
    if not isinstance(message, dict):
        return False
    if "done" in message:
        return isinstance(message["done"], bool)
    return "question" in message or ("output" in message and _is_output(message["output"]))


def _is_output(output):
    kind = output.get("output_type") if isinstance(output, dict) else None
    if not isinstance(kind, str) or kind not in FIELDS:
        return False
    fields, given = FIELDS[kind], output.keys() - {"output_type"} - OPTIONAL.get(kind, set())
    return (given == fields.keys()
            and all(isinstance(output[name], kept) for name, kept in fields.items())
            and output.get("name", "stdout") in ("stdout", "stderr")
            and all(isinstance(line, str) for line in output.get("traceback", ()))
            and _is_shallow(output, DEEPEST))


def _is_shallow(value, deepest):
    parts = value.values() if isinstance(value, dict) else value
    return not isinstance(value, (dict, list)) or (
        deepest > 0 and all(_is_shallow(part, deepest - 1) for part in parts))
