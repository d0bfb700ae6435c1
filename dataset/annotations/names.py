"""The behaviours by the names that annotators of the shared pairs gave them."""

from __future__ import annotations

# The annotators' wording; the taxonomy's names are the same up to these.
PREFIXES = {
    "Absence of established optimization techniques": "ALG2",
    "Avoidable nested-loop complexity": "ALG5",
    "Brute-force or suboptimal algorithmic strategy": "ALG1",
    "Creation of large or avoidable temporary data": "MEM2",
    "Failure to utilize built-in functions or libraries": "LNG1",
    "Inappropriate data structure selection": "DST1",
    "Inefficient conditional logic": "ALG4",
    "Inefficient exception handling patterns": "OTH3",
    "Inefficient operations on selected data structure": "DST2",
    "Inefficient string concatenation": "DST3",
    "Insufficient mathematical abstraction and optimization": "ALG3",
    "Lack of idiomatic constructs": "LNG2",
    "Lack of input-scale awareness": "OTH1",
    "Redundant recomputation": "ALG7",
    "Repeated sequence slicing in loops": "DST4",
    "Suboptimal method or API selection": "API1",
    "Unnecessary buffering or intermediate storage": "MEM1",
    "Unnecessary data creation, duplication, or conversion": "DST5",
    "Unnecessary multi-pass processing": "ALG6",
    "Unnecessary or excessive recursion": "API2",
    "Unnecessary or redundant code constructs": "OTH4",
}

# What they call the duals. A better algorithm is the dual of ALG1 and of ALG5; the first has it.
DUALS = {
    "Adoption of in-place modification": "DST5",
    "Application of established optimization techniques": "ALG2",
    "Application of idiomatic constructs": "LNG2",
    "Application of mathematical optimization principles": "ALG3",
    "Application of scale-aware input guarding": "OTH1",
    "Appropriate data structure selection": "DST1",
    "Avoidance of redundant recomputation": "ALG7",
    "Avoidance of unnecessary intermediate storage": "MEM1",
    "Avoidance of unnecessary or deep recursion": "API2",
    "Chunked or streaming processing": "MEM2",
    "Data preallocation or object reuse": "MEM2",
    "Efficient I/O processing": "OTH2",
    "Efficient exception handling patterns": "OTH3",
    "Efficient operations on selected data structure": "DST2",
    "Efficient string handling": "DST3",
    "Multi-pass to single-pass transformation": "ALG6",
    "Optimal method or API selection": "API1",
    "Optimized conditional logic": "ALG4",
    "Substitution with more efficient algorithms": "ALG1",
    "Usage of built-in functions or libraries": "LNG1",
    "Usage of fixed-size or bounded buffers": "MEM1",
}
