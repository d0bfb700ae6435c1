"""Advice that rules of other linters give, and the code they give it for.

Most of these rules are about readability and do not promise speed.
"""

from __future__ import annotations

from pairs import Pair

PAIRS = (
    Pair(
        "any-for-a-loop",
        "a loop that returns at the first match &rarr; `any()`; nothing matches",
        """
        def has_negative(numbers):
            for number in numbers:
                if number < 0:
                    return True
            return False
        """,
        """
        def has_negative(numbers):
            return any(number < 0 for number in numbers)
        """,
        "has_negative(data)",
        advised_by="ruff SIM110, pylint C0501",
        remark="Where the test is an equality, `in` beats both (API103, LNG112).",
    ),
    Pair(
        "min-for-an-if",
        "`if x < m: m = x` &rarr; `m = min(m, x)`",
        """
        def lowest(numbers):
            low = numbers[0]
            for number in numbers:
                if number < low:
                    low = number
            return low
        """,
        """
        def lowest(numbers):
            low = numbers[0]
            for number in numbers:
                low = min(low, number)
            return low
        """,
        "lowest(data)",
        advised_by="ruff PLR1730, pylint R1730 and R1731",
        remark="Of a whole collection `min(numbers)` is better than either.",
    ),
    Pair(
        "suppress-without-exception",
        "`try`/`except`/`pass` &rarr; `contextlib.suppress`; nothing is raised",
        """
        def total(numbers):
            result = 0
            for number in numbers:
                try:
                    result += number
                except TypeError:
                    pass
            return result
        """,
        """
        import contextlib

        def total(numbers):
            result = 0
            for number in numbers:
                with contextlib.suppress(TypeError):
                    result += number
            return result
        """,
        "total(data)",
        advised_by="ruff SIM105, refurb FURB107",
        remark="Outside loops the difference is too small to matter.",
    ),
    Pair(
        "suppress-with-exception",
        "`try`/`except`/`pass` &rarr; `contextlib.suppress`; every pass raises",
        """
        def total(table, keys):
            result = 0
            for key in keys:
                try:
                    result += table[key]
                except KeyError:
                    pass
            return result
        """,
        """
        import contextlib

        def total(table, keys):
            result = 0
            for key in keys:
                with contextlib.suppress(KeyError):
                    result += table[key]
            return result
        """,
        "total({}, data)",
        advised_by="ruff SIM105, refurb FURB107",
    ),
    Pair(
        "tuple-for-three-numbers",
        "`x == 1 or x == 2 or x == 3` &rarr; `x in (1, 2, 3)`; no match",
        """
        def matches(numbers):
            count = 0
            for number in numbers:
                if number == -1 or number == -2 or number == -3:
                    count += 1
            return count
        """,
        """
        def matches(numbers):
            count = 0
            for number in numbers:
                if number in (-1, -2, -3):
                    count += 1
            return count
        """,
        "matches(data)",
        advised_by="pylint R1714, refurb FURB108",
    ),
    Pair(
        "tuple-for-three-texts",
        "`x == 'a' or x == 'b' or x == 'c'` &rarr; `x in ('a', 'b', 'c')`; no match",
        """
        def matches(words):
            count = 0
            for word in words:
                if word == "red" or word == "green" or word == "blue":
                    count += 1
            return count
        """,
        """
        def matches(words):
            count = 0
            for word in words:
                if word in ("red", "green", "blue"):
                    count += 1
            return count
        """,
        "matches(data)",
        setup="data = [str(i) for i in range(n)]",
        advised_by="pylint R1714, refurb FURB108",
    ),
    Pair(
        "set-for-three-numbers",
        "`x == 1 or x == 2 or x == 3` &rarr; `x in {1, 2, 3}`; the first matches",
        """
        def matches(numbers):
            count = 0
            for number in numbers:
                if number == 1 or number == 2 or number == 3:
                    count += 1
            return count
        """,
        """
        def matches(numbers):
            count = 0
            for number in numbers:
                if number in {1, 2, 3}:
                    count += 1
            return count
        """,
        "matches(data)",
        setup="data = [1] * n",
        advised_by="ruff PLR1714",
    ),
    Pair(
        "set-for-eight-texts",
        "eight comparisons joined by `or` &rarr; `in` a set of constants; no match",
        """
        def matches(words):
            count = 0
            for word in words:
                if (
                    word == "mo" or word == "tu" or word == "we" or word == "th"
                    or word == "fr" or word == "sa" or word == "su" or word == "all"
                ):
                    count += 1
            return count
        """,
        """
        def matches(words):
            count = 0
            for word in words:
                if word in {"mo", "tu", "we", "th", "fr", "sa", "su", "all"}:
                    count += 1
            return count
        """,
        "matches(data)",
        setup="data = [str(i) for i in range(n)]",
        advised_by="ruff PLR1714",
        remark="Here the advice is right; see DST105.",
    ),
    Pair(
        "set-of-names",
        "`x in (a, b, c)` &rarr; `x in {a, b, c}` where a, b, c are names",
        """
        def matches(numbers, a, b, c):
            count = 0
            for number in numbers:
                if number in (a, b, c):
                    count += 1
            return count
        """,
        """
        def matches(numbers, a, b, c):
            count = 0
            for number in numbers:
                if number in {a, b, c}:
                    count += 1
            return count
        """,
        "matches(data, n, n + 1, n + 2)",
        advised_by="ruff PLR6201, pylint R6201",
        remark="A set of names is built in every pass; only one of constants is stored.",
    ),
    Pair(
        "chained-comparison",
        "`x >= a and x <= b` &rarr; `a <= x <= b`",
        """
        def inside(numbers, low, high):
            count = 0
            for number in numbers:
                if number >= low and number <= high:
                    count += 1
            return count
        """,
        """
        def inside(numbers, low, high):
            count = 0
            for number in numbers:
                if low <= number <= high:
                    count += 1
            return count
        """,
        "inside(data, 5, n)",
        advised_by="pylint R1716",
    ),
    Pair(
        "extend-generator",
        "a loop that appends to an existing list &rarr; `extend` of a generator expression",
        """
        def first_and_even(numbers):
            found = [numbers[0]]
            length = len(found)
            for number in numbers:
                if number % 2 == 0:
                    found.append(number)
            return found, length
        """,
        """
        def first_and_even(numbers):
            found = [numbers[0]]
            length = len(found)
            found.extend(number for number in numbers if number % 2 == 0)
            return found, length
        """,
        "first_and_even(data)",
        advised_by="ruff PERF401",
    ),
    Pair(
        "list-comprehension",
        "a loop that appends to a new list &rarr; a list comprehension",
        """
        def even(numbers):
            found = []
            for number in numbers:
                if number % 2 == 0:
                    found.append(number)
            return found
        """,
        """
        def even(numbers):
            return [number for number in numbers if number % 2 == 0]
        """,
        "even(data)",
        advised_by="ruff PERF401, perflint W8401",
        remark="A good idiom that saves little time.",
    ),
    Pair(
        "tuple-of-generator",
        "`tuple([...])` &rarr; `tuple(... for ...)`",
        """
        def doubled(numbers):
            return tuple([number * 2 for number in numbers])
        """,
        """
        def doubled(numbers):
            return tuple(number * 2 for number in numbers)
        """,
        "doubled(data)",
        advised_by="ruff C409 (older versions, preview)",
    ),
    Pair(
        "sum-of-generator",
        "`sum([...])` &rarr; `sum(... for ...)`",
        """
        def total(numbers):
            return sum([number * 2 for number in numbers])
        """,
        """
        def total(numbers):
            return sum(number * 2 for number in numbers)
        """,
        "total(data)",
        advised_by="ruff C419 (preview), pylint R1728",
        remark="It saves the memory of the list: MEM201 is for that and off by default.",
    ),
    Pair(
        "any-of-generator-no-match",
        "`any([...])` &rarr; `any(... for ...)`; nothing matches",
        """
        def has_negative(numbers):
            return any([number < 0 for number in numbers])
        """,
        """
        def has_negative(numbers):
            return any(number < 0 for number in numbers)
        """,
        "has_negative(data)",
        advised_by="ruff C419, pylint R1729",
        remark="ALG202 asks for it only where each answer takes a call to work out.",
    ),
    Pair(
        "any-of-generator-early-match",
        "`any([...])` &rarr; `any(... for ...)`; the item at one tenth matches",
        """
        def has(numbers, wanted):
            return any([number > wanted for number in numbers])
        """,
        """
        def has(numbers, wanted):
            return any(number > wanted for number in numbers)
        """,
        "has(data, n // 10)",
        advised_by="ruff C419, pylint R1729",
        remark="Here the advice is right: ALG202.",
    ),
    Pair(
        "extend-for-two-appends",
        "two `append` in a row &rarr; `extend((x, y))`",
        """
        def both(numbers):
            found = []
            for number in numbers:
                found.append(number)
                found.append(number)
            return found
        """,
        """
        def both(numbers):
            found = []
            for number in numbers:
                found.extend((number, number))
            return found
        """,
        "both(data)",
        advised_by="ruff FURB113, refurb FURB113",
    ),
    Pair(
        "writelines",
        "a loop of `write` &rarr; `writelines`",
        """
        def save(lines):
            with open(os.devnull, "w") as file:
                for line in lines:
                    file.write(line)
        """,
        """
        def save(lines):
            with open(os.devnull, "w") as file:
                file.writelines(lines)
        """,
        "save(data)",
        setup="import os\ndata = [f'{i}\\n' for i in range(n)]",
        advised_by="ruff FURB122, refurb FURB122",
    ),
    Pair(
        "writelines-of-generator",
        "a loop of `write` of something made of the item &rarr; `writelines` of a generator",
        """
        def save(names):
            with open(os.devnull, "w") as file:
                for name in names:
                    file.write(name + "\\n")
        """,
        """
        def save(names):
            with open(os.devnull, "w") as file:
                file.writelines(name + "\\n" for name in names)
        """,
        "save(data)",
        setup="import os\ndata = [str(i) for i in range(n)]",
        advised_by="ruff FURB122, refurb FURB122",
    ),
    Pair(
        "isinstance-tuple",
        "`isinstance(x, A) or isinstance(x, B)` &rarr; `isinstance(x, (A, B))`",
        """
        def count_numbers(things):
            count = 0
            for thing in things:
                if isinstance(thing, int) or isinstance(thing, float):
                    count += 1
            return count
        """,
        """
        def count_numbers(things):
            count = 0
            for thing in things:
                if isinstance(thing, (int, float)):
                    count += 1
            return count
        """,
        "count_numbers(data)",
        setup="data = [i if i % 2 else float(i) for i in range(n)]",
        advised_by="ruff SIM101, pylint R1701",
    ),
    Pair(
        "enumerate",
        "a counter kept by hand &rarr; `enumerate`",
        """
        def weighted(numbers):
            result = place = 0
            for number in numbers:
                result += number * place
                place += 1
            return result
        """,
        """
        def weighted(numbers):
            result = 0
            for place, number in enumerate(numbers):
                result += number * place
            return result
        """,
        "weighted(data)",
        advised_by="ruff SIM113",
        remark="Easier to read, which is what the rule is for.",
    ),
    Pair(
        "yield-from",
        "`for x in xs: yield x` &rarr; `yield from xs`",
        """
        def items(numbers):
            for number in numbers:
                yield number
        """,
        """
        def items(numbers):
            yield from numbers
        """,
        "sum(items(data))",
        advised_by="ruff UP028, pylint R1737, wemake WPS526",
        remark="Neither helps where generators recurse: API205.",
    ),
    Pair(
        "sum-of-attributes",
        "a loop that adds up attributes &rarr; `sum` of a generator expression",
        """
        def total(points):
            result = 0
            for point in points:
                result += point.real
            return result
        """,
        """
        def total(points):
            return sum(point.real for point in points)
        """,
        "total(data)",
        advised_by="wemake WPS519",
    ),
    Pair(
        "try-out-of-loop",
        "`try` in a loop &rarr; around the loop; nothing is raised",
        """
        def total(numbers):
            result = 0
            for number in numbers:
                try:
                    result += number
                except TypeError:
                    raise ValueError(number)
            return result
        """,
        """
        def total(numbers):
            result = 0
            try:
                for number in numbers:
                    result += number
            except TypeError:
                raise ValueError(number)
            return result
        """,
        "total(data)",
        advised_by="ruff PERF203 (below Python 3.11), perflint W8203",
        remark="Only exceptions that are raised cost something: OTH304.",
    ),
    Pair(
        "global-to-local",
        "a global read in a loop &rarr; a local copy before it",
        """
        def scaled(numbers):
            result = 0
            for number in numbers:
                result += number * FACTOR
            return result
        """,
        """
        def scaled(numbers):
            factor = FACTOR
            result = 0
            for number in numbers:
                result += number * factor
            return result
        """,
        "scaled(data)",
        setup="FACTOR = 3\ndata = list(range(n))",
        advised_by="perflint W8202",
    ),
    Pair(
        "dotted-import",
        "`math.sqrt` in a loop &rarr; `from math import sqrt`",
        """
        import math

        def roots(numbers):
            result = 0.0
            for number in numbers:
                result += math.sqrt(number)
            return result
        """,
        """
        from math import sqrt

        def roots(numbers):
            result = 0.0
            for number in numbers:
                result += sqrt(number)
            return result
        """,
        "roots(data)",
        advised_by="perflint W8205",
    ),
    Pair(
        "memoryview-chunks",
        "slices of 64 bytes &rarr; slices of a `memoryview`",
        """
        def checks(data):
            result = 0
            for start in range(0, len(data), 64):
                result += data[start : start + 64][0]
            return result
        """,
        """
        def checks(data):
            result = 0
            view = memoryview(data)
            for start in range(0, len(data), 64):
                result += view[start : start + 64][0]
            return result
        """,
        "checks(data)",
        setup="data = bytes(i % 256 for i in range(n))",
        advised_by="perflint W8204",
        remark="It pays where the rest is sliced again and again: DST401.",
        sizes=(64, 6_400, 640_000),
    ),
)
