"""What a file is that is no notebook, in a sentence for the student and the instructor."""

import ast
import re

from batchgrader.names import statements

HAND_IN = ("Hand in the notebook itself: in Colab with File, Download, Download .ipynb, "
           "in JupyterLab with File, Download.")
AGAIN = "Open it where it was written, save it, download it again and hand in that file."

# How files of other programs begin.
BEGINNINGS = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG\r\n", "an image"), (b"\xff\xd8\xff", "an image"), (b"GIF8", "an image"),
    (b"BM", "an image"), (b"II*\0", "an image"), (b"MM\0*", "an image"),
    (b"\xd0\xcf\x11\xe0", "a Word document"), (b"{\\rtf", "a Word document"),
    (b"PK\3\4", "a ZIP archive"), (b"PK\5\6", "a ZIP archive"),
    (b"\x1f\x8b", "an archive"), (b"7z\xbc\xaf", "an archive"), (b"Rar!", "an archive"),
)
# What lies in a ZIP archive that an office program wrote; it stores the names as they are.
OFFICE = ((b"word/", "a Word document"), (b"ppt/", "a presentation"), (b"xl/", "a spreadsheet"),
          (b"content.xmlopendocument", "an office document"))

CONFLICT = re.compile(r"^(<{7} |>{7} )", re.MULTILINE)
LINK = re.compile(r"\s*(\[InternetShortcut\].*|\S*https?://\S+\s*)", re.DOTALL)
SHARED = re.compile(r"https?://(colab\.research|drive|docs)\.google\.com/\S+")
CODE = re.compile(r"^(#!|# -\*- coding|(import|from) [\w.]+|def \w+\(|class \w+[:(])", re.MULTILINE)
SHORT = 1000  # characters: a few words around a link, not a notebook's worth of text


def binary(content):
    """Return what the bytes `content` are if another program wrote them, in a sentence, or None."""
    for beginning, what in BEGINNINGS:
        if content.startswith(beginning):
            inside = [name for mark, name in OFFICE if mark in content]
            what = inside[0] if inside and what == "a ZIP archive" else what
            return f"This is {what}, not a notebook. {HAND_IN}"
    if (content[:4] == b"RIFF" and content[8:12] == b"WEBP") or content[4:8] == b"ftyp":
        return f"This is an image or a film, not a notebook. {HAND_IN}"
    return None


def text(content, error):
    """Return what the text `content` is, which is no JSON, in a sentence.

    error: the json.JSONDecodeError that reading it raised.
    """
    if content.lstrip().startswith("{"):
        return _broken(content, error)
    if content.lstrip().startswith("<"):
        return ("This is a web page, not a notebook: perhaps the page of a share link, or one that "
                f"asks to log in, was saved. {HAND_IN}")
    if LINK.fullmatch(content) or (len(content) < SHORT and SHARED.search(content)):
        return f"This is a link, not a notebook. {HAND_IN}"
    if _is_script(content):
        return f"This is a Python script, not a notebook. {HAND_IN}"
    return f"This is no notebook, and no file of a kind that is known here. {HAND_IN}"


def _broken(content, error):
    if CONFLICT.search(content):
        return ("The file holds the marks of a Git merge conflict (<<<<<<< and >>>>>>>). "
                "Resolve the conflict, open the notebook once to see that it works, and hand "
                "it in again.")
    rest = content[error.pos:].strip()
    if not rest or error.msg.startswith("Unterminated") or _ends_in_a_word(rest):
        return f"The file stops in the middle: the end of the notebook is missing. {AGAIN}"
    return f"The file is damaged in line {error.lineno}, so it cannot be read. {AGAIN}"


def _ends_in_a_word(rest):
    return any(word.startswith(rest) for word in ("true", "false", "null", "-"))


def _is_script(content):
    if CODE.search(content):
        return True
    lines = statements(content) or []
    return any(not isinstance(line, ast.Expr) for line in lines)
