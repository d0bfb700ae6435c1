"""Comments that silence findings: `# noqa: DST101` and `# effilint: ignore[DST101]`."""

from __future__ import annotations

import re
from functools import cached_property

from effilint.analyzer.model import Finding
from effilint.analyzer.source import Source

# Words may follow the codes of `noqa`: without a comma between them only what ends in a number,
# as in `F401 DST101`, is a code.
_COMMENT = re.compile(
    r"#\s*(?:noqa\b(?P<noqa>\s*:\s*(?P<noqa_codes>[a-z]+[0-9]*"
    r"(?:\s*,\s*[a-z]+[0-9]*|\s+[a-z]+[0-9]+\b)*))?"
    r"|effilint:\s*ignore(?P<file>-file)?\b(?:\[(?P<codes>[^\]]*)\])?)",
    re.IGNORECASE,
)
_CODES = re.compile(r"[A-Z]{3,}[0-9]*")  # a family at least: no letter names half of them all
_EVERYTHING = ("",)  # every code starts with it


class Suppressions:
    """Which codes are silenced on which lines of a source."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @cached_property
    def _by_line(self) -> dict[int, tuple[str, ...]]:
        """Map lines (0 for the whole file) to the prefixes silenced there."""
        if not _COMMENT.search(self._source.text):
            return {}
        found: dict[int, tuple[str, ...]] = {}
        for token in self._source.comments:
            for match in _COMMENT.finditer(token.string):
                codes = match["noqa_codes"] or match["codes"]
                prefixes = (
                    tuple(_CODES.findall(codes.upper())) if codes is not None else _EVERYTHING
                )
                line = 0 if match["file"] else token.start[0]
                found[line] = found.get(line, ()) + prefixes
        return found

    def covers(self, finding: Finding) -> bool:
        """Whether a comment on the first or last line of the finding silences its rule."""
        if not self._by_line:
            return False
        node = finding.node
        lines = {0, node.lineno}
        if not isinstance(getattr(node, "body", None), list):
            lines.add(node.end_lineno or node.lineno)
        prefixes = [prefix for line in lines for prefix in self._by_line.get(line, ())]
        return any(finding.rule.code.startswith(prefix) for prefix in prefixes)
