"""Tips from articles, answers and reviews that do not hold, or only on some inputs."""

from __future__ import annotations

from pairs import Pair

PAIRS = (
    Pair(
        "local-string-append",
        "`s += x` on a local string is quadratic &rarr; collect in a list and `join`",
        """
        def joined(words):
            text = ""
            for word in words:
                text += word
            return text
        """,
        """
        def joined(words):
            parts = []
            for word in words:
                parts.append(word)
            return "".join(parts)
        """,
        "joined(data)",
        setup="data = [str(i) for i in range(n)]",
        remark="CPython appends in place here, so the gain does not grow as n does; for "
        "attributes, globals and `s = s + a + b` it does (DST301, DST302). "
        "DST303 is off by default.",
    ),
    Pair(
        "cached-append",
        "`found.append` in a loop &rarr; `append = found.append` before it",
        """
        def doubled(numbers):
            found = []
            for number in numbers:
                found.append(number * 2)
            return found
        """,
        """
        def doubled(numbers):
            found = []
            append = found.append
            for number in numbers:
                append(number * 2)
            return found
        """,
        "doubled(data)",
    ),
    Pair(
        "hoisted-len",
        "`while i < len(xs)` &rarr; `n = len(xs)` before the loop",
        """
        def total(numbers):
            i = result = 0
            while i < len(numbers):
                result += numbers[i]
                i += 1
            return result
        """,
        """
        def total(numbers):
            i = result = 0
            end = len(numbers)
            while i < end:
                result += numbers[i]
                i += 1
            return result
        """,
        "total(data)",
        remark="A `for` loop gains more: LNG205.",
    ),
    Pair(
        "join-of-generator",
        "`join([...])` &rarr; `join(... for ...)`",
        """
        def joined(numbers):
            return "".join([str(number) for number in numbers])
        """,
        """
        def joined(numbers):
            return "".join(str(number) for number in numbers)
        """,
        "joined(data)",
        remark="It saves no memory either: `join` makes a list of the items first.",
    ),
    Pair(
        "sum-of-ones",
        "counting in a loop &rarr; `sum(1 for ... if ...)`",
        """
        def even(numbers):
            count = 0
            for number in numbers:
                if number % 2 == 0:
                    count += 1
            return count
        """,
        """
        def even(numbers):
            return sum(1 for number in numbers if number % 2 == 0)
        """,
        "even(data)",
    ),
    Pair(
        "fused-passes",
        "`min`, `max` and `sum` &rarr; one loop that keeps all three",
        """
        def summary(numbers):
            return min(numbers), max(numbers), sum(numbers)
        """,
        """
        def summary(numbers):
            low = high = numbers[0]
            total = 0
            for number in numbers:
                if number < low:
                    low = number
                elif number > high:
                    high = number
                total += number
            return low, high, total
        """,
        "summary(data)",
    ),
    Pair(
        "counter-for-a-few-counts",
        "five calls of `text.count` &rarr; one `Counter`",
        """
        def vowels(text):
            return [text.count(letter) for letter in "aeiou"]
        """,
        """
        from collections import Counter

        def vowels(text):
            counts = Counter(text)
            return [counts[letter] for letter in "aeiou"]
        """,
        "vowels(data)",
        setup="data = ('the quick brown fox ' * n)[:n]",
        remark="Counting every item of a list in a loop is another thing: ALG503.",
    ),
    Pair(
        "two-pointer-palindrome",
        "`s == s[::-1]` &rarr; two indices that move towards each other; it is a palindrome",
        """
        def is_palindrome(text):
            return text == text[::-1]
        """,
        """
        def is_palindrome(text):
            left, right = 0, len(text) - 1
            while left < right:
                if text[left] != text[right]:
                    return False
                left += 1
                right -= 1
            return True
        """,
        "is_palindrome(data)",
        setup="data = 'ab' * (n // 2) + 'ba' * (n // 2)",
        remark="Where the first letters differ already, the loop stops at once.",
    ),
    Pair(
        "seen-set",
        "`len(set(xs)) < len(xs)` &rarr; a loop that stops at the first duplicate; there is none",
        """
        def has_duplicates(numbers):
            return len(set(numbers)) < len(numbers)
        """,
        """
        def has_duplicates(numbers):
            seen = set()
            for number in numbers:
                if number in seen:
                    return True
                seen.add(number)
            return False
        """,
        "has_duplicates(data)",
    ),
    Pair(
        "is-sorted-pairwise",
        "`xs == sorted(xs)` &rarr; `all` over neighbours; it is sorted",
        """
        def is_sorted(numbers):
            return numbers == sorted(numbers)
        """,
        """
        from itertools import pairwise

        def is_sorted(numbers):
            return all(a <= b for a, b in pairwise(numbers))
        """,
        "is_sorted(data)",
        remark="On random data the pairs stop at once and win by as much as sorting costs.",
    ),
    Pair(
        "nsmallest-half",
        "`sorted(xs)[:k]` &rarr; `heapq.nsmallest`; k is half of n",
        """
        def smaller_half(numbers):
            return sorted(numbers)[: len(numbers) // 2]
        """,
        """
        import heapq

        def smaller_half(numbers):
            return heapq.nsmallest(len(numbers) // 2, numbers)
        """,
        "smaller_half(data)",
        setup="data = [i * 7919 % 100_003 for i in range(n)]",
        remark="For a few items of many it pays: API102.",
    ),
    Pair(
        "islice-for-a-slice",
        "`for x in xs[1:]` &rarr; `for x in islice(xs, 1, None)`",
        """
        def total(numbers):
            result = 0
            for number in numbers[1:]:
                result += number
            return result
        """,
        """
        from itertools import islice

        def total(numbers):
            result = 0
            for number in islice(numbers, 1, None):
                result += number
            return result
        """,
        "total(data)",
    ),
    Pair(
        "startswith-at",
        "`s[i : i + 3] == sub` &rarr; `s.startswith(sub, i)`",
        """
        def count(text):
            found = 0
            for i in range(len(text)):
                if text[i : i + 3] == "fox":
                    found += 1
            return found
        """,
        """
        def count(text):
            found = 0
            for i in range(len(text)):
                if text.startswith("fox", i):
                    found += 1
            return found
        """,
        "count(data)",
        setup="data = ('the quick brown fox ' * n)[:n]",
        remark="`text.count` gains more than either.",
    ),
    Pair(
        "f-string-for-plus",
        '`str(i) + ","` &rarr; `f"{i},"`',
        """
        def cells(numbers):
            return [str(number) + "," for number in numbers]
        """,
        """
        def cells(numbers):
            return [f"{number}," for number in numbers]
        """,
        "cells(data)",
    ),
    Pair(
        "append-pop-backtracking",
        "`path + [x]` in a recursion &rarr; `append` and `pop`; every path is kept",
        """
        def subsets(items):
            found = []

            def visit(start, path):
                found.append(path)
                for place in range(start, len(items)):
                    visit(place + 1, path + [items[place]])

            visit(0, [])
            return found
        """,
        """
        def subsets(items):
            found = []
            path = []

            def visit(start):
                found.append(path[:])
                for place in range(start, len(items)):
                    path.append(items[place])
                    visit(place + 1)
                    path.pop()

            visit(0)
            return found
        """,
        "subsets(data)",
        sizes=(4, 8, 12),
    ),
    Pair(
        "translate-for-replaces",
        "three `replace` &rarr; one `translate`",
        """
        def escaped(text):
            return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        """,
        """
        TABLE = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})

        def escaped(text):
            return text.translate(TABLE)
        """,
        "escaped(data)",
        setup="data = ('if a < b & c > d: ' * n)[:n]",
    ),
    Pair(
        "counter-for-a-small-input",
        "`counts[x] = counts.get(x, 0) + 1` &rarr; `Counter`",
        """
        def tally(words):
            counts = {}
            for word in words:
                counts[word] = counts.get(word, 0) + 1
            return counts
        """,
        """
        from collections import Counter

        def tally(words):
            return Counter(words)
        """,
        "tally(data)",
        setup="data = [str(i % 7) for i in range(n)]",
    ),
    Pair(
        "times-for-square",
        "`x ** 2` &rarr; `x * x`",
        """
        def squares(numbers):
            return [number**2 for number in numbers]
        """,
        """
        def squares(numbers):
            return [number * number for number in numbers]
        """,
        "squares(data)",
        remark="Faster, but by so little for a single operation that no rule asks for it.",
    ),
    Pair(
        "test-before-lookup",
        "`try`/`except KeyError` &rarr; `if key in table`; 1 key in 100 is missing",
        """
        def total(table, keys):
            result = 0
            for key in keys:
                try:
                    result += table[key]
                except KeyError:
                    result += 1
            return result
        """,
        """
        def total(table, keys):
            result = 0
            for key in keys:
                if key in table:
                    result += table[key]
                else:
                    result += 1
            return result
        """,
        "total(table, data)",
        setup="data = list(range(n))\ntable = {i: i for i in range(n) if i % 100 != 1}",
        remark="At n=10 one of ten is missing: exceptions that are frequent cost, rare ones "
        "do not.",
    ),
)
