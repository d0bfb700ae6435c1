"""The index of the rules by behaviour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from effilint.analyzer.taxonomy import BEHAVIOURS

_HEADER = "| rule | finds | tier | gain | fix | default |\n|---|---|---|---|---|---|"


def index_page(described: Sequence[dict[str, Any]]) -> str:
    """Return the index page: a table of the rules, as `describe` tells them, per behaviour."""
    on = sum(rule["on_by_default"] for rule in described)
    parts = [
        "# Rules",
        f"{len(described)} rules for {len(BEHAVIOURS)} inefficient behaviours; {on} of them are on "
        "by default. A code is a behaviour and a number: `--select` takes `DST`, `DST1` or "
        "`DST101`. The gain is time before / time after (memory tier: peak memory) at three "
        "sizes, smallest first; [All gains](../gains.md) says how and on what it was measured.",
    ]
    for prefix, behaviour in BEHAVIOURS.items():
        rows = [
            f"| [{rule['code']}]({rule['code']}.md) {rule['name']} | "
            f"{rule['summary'].replace('|', chr(92) + '|')} | {rule['gain']['tier']} | "
            f"{' / '.join(f'{ratio:,g}x' for ratio in rule['gain']['measured'].values())} | "
            f"{rule['fix']['safety'] or 'none'} | {'on' if rule['on_by_default'] else 'off'} |"
            for rule in described
            if rule["behaviour"] == prefix
        ]
        parts += [
            f"## {prefix}",
            f"{behaviour.name[0].upper()}{behaviour.name[1:]}. {behaviour.description} "
            f"Better: {behaviour.dual}.",
            "\n".join([_HEADER, *rows]),
        ]
    return "\n\n".join(parts) + "\n"
