"""Shows a table of what layers return, one line for each array."""

from html import escape

from IPython.display import display


def show_table(caption, rows):
    """Display `rows` as a table in HTML, with the same as plain text.

    rows: (call, parameters, arrays), arrays being (symbolic shape, shape on the data, what it
    holds) for each array that comes back. All are texts.
    """
    html = "".join(f'<th scope="col" style="text-align: left">{head}</th>' for head in (
        "call", "before data arrives", "on the data", "what it holds", "parameters"))
    html, plain = f"<caption><b>{escape(caption)}</b></caption><tr>{html}</tr>", [caption]
    for call, parameters, arrays in rows:
        plain.append(f"{call}: {parameters} parameters")
        for number, array in enumerate(arrays):
            plain.append("    {:16}  {:15}  {}".format(*array))
            cells = [(words, 1, "nowrap") for words in array]
            if number == 0:  # what stands once, beside all arrays of the call
                cells = [(call, len(arrays), "normal"), *cells, (parameters, len(arrays), "nowrap")]
            html += f'<tr style="background: none; border-top: {number == 0:d}px solid">' + "".join(
                f'<td rowspan="{lines}" style="text-align: left; vertical-align: top; '
                f'white-space: {wrap}">{escape(words)}</td>' for words, lines, wrap in cells)
    display({"text/html": f"<table>{html}</table>", "text/plain": "\n".join(plain)}, raw=True)
