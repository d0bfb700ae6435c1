"""Lines of a description as formulas: signs and figures made plain, words turned into signs."""

from __future__ import annotations

import re
from collections.abc import Iterator

SIGN = re.compile(r"\s*(<=|>=|==|!=|<|>|=)\s*")
_PLAIN = {
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "\xa0": " ",
    "\u200b": "",
    "\u00d7": "*",
    "\u2212": "-",
    "`": "",
}
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_NUMBER = r"-?[\d^*+ -]*\d"
_GROUPS = re.compile(
    r"((?:[<>=]|\b(?:most|least|exceed|exceeds|than|between|and)) *-?)(\d{1,3}(?:,\d{3})+)(?![\d,])"
)
_BARS = re.compile(r"\|(\w+(?:\[\w+\])*)\|")
_PARTS = re.compile(r"(;|,| and (?=[^,;]*[<>=]))")
_NODES = re.compile(rf"number of nodes in .*range \[({_NUMBER}), ({_NUMBER})\]", re.I)
_LENGTH = re.compile(rf"length of (?:the )?(?:\w+ )??(\w+) .*range \[({_NUMBER}), ({_NUMBER})\]")
_NODES_ARE = re.compile(r"number of nodes in the (?:tree|list) is (\w+)$", re.I)
_MULTIPLE = re.compile(r"^([\w.]+) is (?:a multiple of|divisible by|always divisible by) (\w+)$")
_CHOICE = re.compile(r"^([\w\[\], ]+?) (?:is|are) (?:either )?((?:-?\d+,? )*or -?\d+)$")
_PARITY = re.compile(r"^([\w.]+) (?:is|are|must be) (?:always )?(?:an )?(odd|even)(?: \w+)?$")

# What is bounded, in words; each gives a term.
_PATH = r"[A-Za-z_]\w*(?:\[\w+\])*(?:\.\w+)?"
_OPENING = re.compile(r"^(?:it is guaranteed that|it's guaranteed that|note that|both)? *", re.I)
_SUBJECTS = (
    (re.compile(rf"^(?:the )?(?:length|size) of (?:the )?(?:\w+ )??({_PATH})$", re.I), "{}.length"),
    (
        re.compile(
            rf"^(?:the )?number of (?:elements|items|characters|integers|numbers|words|strings)"
            rf" (?:in|of) (?:the )?(?:\w+ )??({_PATH})$",
            re.I,
        ),
        "{}.length",
    ),
    (re.compile(r"^(?:the )?number of nodes in (?:the|each) (?:tree|list|linked list)$", re.I),
     "Node.length"),
    (
        re.compile(
            rf"^(?:the )?(?:sum|total) of (?:the )?lengths? of all (?:the )?(?:\w+ in )?({_PATH})$",
            re.I,
        ),
        "sum({}.length)",
    ),
    (re.compile(rf"^(?:the )?sum of ({_PATH}\.length)$", re.I), "sum({})"),
    (
        re.compile(
            rf"^(?:each|every|all)(?: of)?(?: the)? (?:element|item|value|number|integer)s?"
            rf" (?:of|in) (?:the )?(?:\w+ )??({_PATH})$",
            re.I,
        ),
        "{}[i]",
    ),
    (re.compile(rf"^({_PATH})$"), "{}"),
)  # fmt: skip
_THINGS = r"(?: (?:elements|items|characters|integers|numbers|words|strings|letters|digits|nodes))"
_BE = r"(?:is|are|be|will be|must be|lies|lie)(?: always)?(?: an? (?:integer|number))?"
_FIGURE = r"(-?\d[\de^*. -]*?)"
_BETWEEN = rf"(?:between {_FIGURE} (?:and|to)|in (?:the )?range \[{_FIGURE}(?:,|\.\.)) ?{_FIGURE}"
_SPAN = re.compile(rf"^(.+?) {_BE} (?:with)?{_BETWEEN}\]?(?:,? inclusive| \(inclusive\))?$", re.I)
_AT_MOST = r"(?:at most|no more than|not more than|not greater than|no greater than)"
_AT_LEAST = r"(?:at least|no less than|not less than|no fewer than)"
_MOST = re.compile(
    rf"^(.+?) (?:{_BE} {_AT_MOST}|(?:does|do|will) not exceed|(?:doesn't|never) exceeds?)"
    rf" {_FIGURE}$",
    re.I,
)
_LEAST = re.compile(rf"^(.+?) {_BE} {_AT_LEAST} {_FIGURE}$", re.I)
_HOLDS = re.compile(
    rf"^({_PATH}) (?:contains|has|consists of) (?:(?P<most>{_AT_MOST})|(?P<least>{_AT_LEAST})|"
    rf"between {_FIGURE} and) {_FIGURE}{_THINGS}$",
    re.I,
)


def plain(text: str) -> str:
    """Return a text with the signs and figures that formulas are read with."""
    for sign, other in _PLAIN.items():
        text = text.replace(sign, other)
    text = re.sub(r"(?<=[\d)])([⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda m: f"^{m[1].translate(_RAISED)}", text)
    text = re.sub(r"<sup>(\w+)</sup>", r"^\1", text)
    text = re.sub(r"<sub>(\w+)</sub>", r"\1", text)
    text = re.sub(r"(\d) x (\d)", r"\1 * \2", text).replace("&lt;", "<").replace("&gt;", ">")
    return _GROUPS.sub(lambda m: m[1] + m[2].replace(",", ""), text)


def with_powers(text: str) -> str:
    """Return a text whose raised figures were lost on the way, `105` and `231 - 1`, with them."""
    if "^" in text or "**" in text:
        return text
    text = re.sub(r"(?<![\w.])10([3-9]|1[0-8])(?![\w.]*\d)", r"10^\1", text)
    return re.sub(r"(?<![\w.])2(15|16|30|31|32|53|62|63|64)(?= - 1\b|$|\s*[<,])", r"2^\1", text)


def pieces(text: str) -> Iterator[str]:
    """Yield the lines of the constraints, and each formula of a line with several.

    `1 <= n <= 9, 1 <= k <= 5` are two, `1 <= n, k <= 9` is one: terms are parted by commas too,
    but no group of terms has a number in it.
    """
    for line in text.rpartition("Constraints")[2].lstrip(": *\n").splitlines():
        found = ""
        parts = _PARTS.split(line)
        for mark, part in zip(["", *parts[1::2]], parts[::2], strict=True):
            if found and _are_two(found, part, mark):
                yield found
                found = part
            else:
                found += mark + part
        yield found


def _are_two(one: str, other: str, mark: str) -> bool:
    before, after = SIGN.split(one), SIGN.split(other)
    if len(before) < 3 or len(after) < 3:
        return False
    return mark == ";" or bool(_is_number(before[-1]) or _is_number(after[0]))


def _is_number(operand: str) -> bool:
    return bool(re.fullmatch(r"[\de^*+ .()-]*\d\)?", operand.strip(" `*.•-")))


def formula(line: str) -> str:
    """Return a line as a formula, where it is one in words."""
    line = re.sub(r"^\s*[-•*]\s+", "", line).strip().rstrip(".;,").strip("`* ")
    line = _BARS.sub(r"\1.length", line)
    if found := _NODES.search(line):
        return f"{found[1]} <= Node.length <= {found[2]}"
    if found := _LENGTH.search(line):
        return f"{found[2]} <= {found[1]}.length <= {found[3]}"
    if found := _NODES_ARE.search(line):
        if found[1] not in ("odd", "even"):
            return f"{found[1]} == Node.length"
        return f"Node.length % 2 == {int(found[1] == 'odd')}"
    if found := _MULTIPLE.match(line):
        return f"{found[1]} % {found[2]} == 0"
    if found := _PARITY.match(line):
        return f"{found[1]} % 2 == {int(found[2] == 'odd')}"
    if found := _CHOICE.match(line):
        numbers = [int(number) for number in re.findall(r"-?\d+", found[2])]
        return f"{min(numbers)} <= {found[1]} <= {max(numbers)}"
    return _bounded(line) or re.sub(r",? (?:for|where|and) .*", "", line)


def _bounded(line: str) -> str:
    """A bound that is told in words as a formula; nothing if there is none."""
    line = _OPENING.sub("", line)
    if SIGN.search(line):
        return ""
    if found := _HOLDS.match(line):
        name, most = f"{found[1]}.length", found[5]
        if found["most"]:
            return f"{name} <= {most}"
        return f"{most} <= {name}" if found["least"] else f"{found[4]} <= {name} <= {most}"
    if (found := _SPAN.match(line)) and (term := _term(found[1])):
        return f"{found[2] or found[3]} <= {term} <= {found[4]}"
    if (found := _MOST.match(line)) and (term := _term(found[1])):
        return f"{term} <= {found[2]}"
    if (found := _LEAST.match(line)) and (term := _term(found[1])):
        return f"{found[2]} <= {term}"
    return ""


def _term(words: str) -> str:
    """What words such as `the length of nums` stand for."""
    for subject, term in _SUBJECTS:
        if found := subject.match(words):
            return term.format(*found.groups())
    return ""
