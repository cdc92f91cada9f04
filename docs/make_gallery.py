#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes docs/gallery.md from the stories at the heads of the case files.

    docs/make_gallery.py            writes it
    docs/make_gallery.py --check    says whether the one that is there is current

A story is the comment before the first `set` or `subsection`. Paragraphs are
text, indented lines are equations, tables and commands. It must have an
equation, a paragraph `Expect`, a line `Run time:`, a command that names the
case, and a paragraph `Now change this:`; the exit status is 1 where one lacks
something. The picture of a case is docs/figures/gallery/<case>.png, or
docs/figures/<case>.png, or docs/figures/<case>_current.png, if there is one.
"""

import pathlib
import re
import sys
import textwrap

DOCS = pathlib.Path(__file__).resolve().parent
CASES = DOCS.parent / "cases"
GALLERY = DOCS / "gallery.md"

FOLDERS = {
    "tutorial": "Tutorial: to begin with",
    "studies": "Studies: questions about SGD",
    "verification": "Verification: laws that are known exactly",
}

INTRODUCTION = """\
# Gallery

Every case that comes with sgdfp: the problem, its equation, the command, the numbers to expect, and what to change next.
docs/make_gallery.py writes this page from the heads of the case files; change those, not this. Commands are run from the
clone, after `source environment.sh`; the answer is in `output/<case>-<question>/` ([running.md](running.md)).
"""

LABELS = ("Expect", "Run time", "Now change this")
COMMAND = re.compile(r"^(mpirun\b|build/bin/|/usr/bin/python3 |\.\. --set|--set )")


def story(path):
    """The lines of the comment at the head, without their '# '."""
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            lines.append(line[2:].rstrip())
        elif line.strip():
            break
        else:
            lines.append("")
    return lines


def blocks(lines):
    """Pieces [(is_indented, lines)]; blank lines and indentation separate them.

    What is indented under `Expect` or the like belongs to its sentence, unless
    that ends in a colon or the line is a command.
    """
    result = []
    fresh = True
    for line in lines:
        if not line:
            fresh = True
            continue
        indented = line.startswith("  ")
        labelled = not indented and line.startswith(LABELS)
        if fresh or labelled:
            result.append((indented, [line]))
        else:
            was_indented, piece = result[-1]
            begins_code = (indented and not was_indented and
                           (piece[-1].endswith(":") or
                            COMMAND.match(line.strip()) or
                            not piece[0].startswith(LABELS)))
            if begins_code or (was_indented and not indented):
                result.append((indented, [line]))
            else:
                piece.append(line)
        fresh = False
    # A blank line within an indented piece is part of it.
    merged = []
    for indented, piece in result:
        is_command = indented and COMMAND.match(piece[0].strip())
        if (merged and indented and merged[-1][0] and not is_command
                and not COMMAND.match(merged[-1][1][0].strip())):
            merged[-1][1].extend([""] + piece)
        else:
            merged.append((indented, piece))
    return merged


def text(lines):
    """A paragraph."""
    joined = " ".join(line.strip() for line in lines)
    # Not in `code`, every second piece.
    spans = joined.split("`")
    spans[::2] = [re.sub(r"([*\\]|<(?=[A-Za-z/]))", r"\\\1", span)
                  for span in spans[::2]]
    joined = "`".join(spans)
    for label in LABELS:
        if joined.startswith(label):
            joined = f"**{label}**" + joined[len(label):]
    wrapped = textwrap.wrap(joined, 120, break_long_words=False,
                            break_on_hyphens=False)
    # At the start of a line these would be a list or a heading.
    return "\n".join(re.sub(r"^([-+](?= )|[#>]|\d+[.)](?= ))", r"\\\1", line)
                     for line in wrapped)


def code(lines):
    dedented = textwrap.dedent("\n".join(lines))
    return textwrap.indent(dedented, "    ", lambda line: line.strip() != "")


def title(lines):
    """The first sentence."""
    paragraph = []
    for line in lines:
        if not line or line.startswith("  "):
            break
        paragraph.append(line)
    sentence = re.match(r".*?[.?!:](?=\s+[A-Z(]|$)", " ".join(paragraph))
    return (sentence.group(0) if sentence else " ".join(paragraph)).rstrip(".:")


def picture(name):
    for place in (f"gallery/{name}.png", f"{name}.png", f"{name}_current.png"):
        if (DOCS / "figures" / place).exists():
            return "figures/" + place
    return None


def lacks(path, lines, pieces):
    """What a story does not say."""
    whole = "\n".join(lines)
    file = path.relative_to(CASES.parent).as_posix()
    missing = []
    if not any(indented and not COMMAND.match(piece[0].strip())
               for indented, piece in pieces):
        missing.append("an equation (indented)")
    for label in LABELS:
        if not re.search(f"^{label}", whole, re.MULTILINE):
            missing.append(f"'{label}'")
    if not re.search(f"^ +(mpirun .*|build/bin/)sgdfp-.*{re.escape(file)}",
                     whole, re.MULTILINE):
        missing.append(f"a command with {file}")
    return missing


def section(path, lines, pieces):
    name = path.stem
    out = [f"### {name}", ""]
    figure = picture(name)
    if figure:
        out += [f"![{name}]({figure})", ""]
    for indented, piece in pieces:
        out += [code(piece) if indented else text(piece), ""]
    file = path.relative_to(CASES.parent).as_posix()
    out += [f"[{file}](../{file})", ""]
    return "\n".join(out)


def gallery():
    """The page, and complaints."""
    out, complaints = [INTRODUCTION], []
    for folder, heading in FOLDERS.items():
        index, sections = [], []
        for path in sorted((CASES / folder).glob("*.prm")):
            lines = story(path)
            pieces = blocks(lines)
            missing = lacks(path, lines, pieces)
            if missing:
                complaints.append(f"{path.relative_to(CASES.parent)}: the head "
                                  f"lacks {', '.join(missing)}")
            index.append(f"- [{path.stem}](#{path.stem.lower()}): "
                         f"{text([title(lines)]).replace(chr(10), ' ')}")
            sections.append(section(path, lines, pieces))
        out += [f"## {heading}", "", "\n".join(index), ""] + sections
    return "\n".join(out).rstrip() + "\n", complaints


def main():
    if sys.argv[1:] not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 1
    page, complaints = gallery()
    if sys.argv[1:]:
        if not GALLERY.exists() or GALLERY.read_text(encoding="utf-8") != page:
            complaints.append("docs/gallery.md does not say what the case files "
                              "say: run docs/make_gallery.py")
    else:
        GALLERY.write_text(page, encoding="utf-8")
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    if not complaints:
        print(f"gallery: {page.count(chr(10) + '### ')} cases")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
