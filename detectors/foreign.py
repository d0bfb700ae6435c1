"""Attributes that types of others have too: after a dot, they may be none of the program's own."""

from __future__ import annotations

import collections
import datetime
import decimal
import fractions
import re
import types

_TYPES = (
    str, bytes, bytearray, int, float, complex, list, tuple, dict, set, frozenset, range, slice,
    BaseException, type, memoryview, property, collections.deque, collections.Counter,
    collections.OrderedDict, collections.defaultdict, collections.ChainMap, decimal.Decimal,
    fractions.Fraction, datetime.date, datetime.datetime, datetime.timedelta, type(len), type(re),
    re.Pattern, re.Match, types.GeneratorType,
)  # fmt: skip
_NODES = frozenset("val next left right random neighbors children".split())  # that tests bring
ATTRIBUTES = _NODES.union(*map(dir, _TYPES))
