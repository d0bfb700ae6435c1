"""`effilint dataset annotate` and `review`: behaviours of solutions, their places, and reviews."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from effilint.analyzer.taxonomy import BEHAVIOURS
from effilint.dataset.annotations.asking import llm_sheet
from effilint.dataset.annotations.clients import (
    ClientError,
    Message,
    Recorded,
    RefusedError,
    Reply,
    Scripted,
)
from effilint.dataset.annotations.locating import located, quoted
from effilint.dataset.annotations.names import DUALS, PREFIXES
from effilint.dataset.annotations.review import kappa
from effilint.dataset.annotations.running import annotate
from effilint.dataset.annotations.sheets import Sheet
from effilint.dataset.leetcode_numbers import is_held_back
from effilint.dataset.problems import Problem, Solution
from effilint.main import main

CODE = """def twice(xs):
    seen = []
    found = []
    for x in xs:  # every one
        if x in seen:
            found.append(x)
        seen.append(x)
    for x in found:
        print(x)
    return found
"""


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["dataset", *map(str, words)])


def sheets(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def text_of(snippet: str, lines: tuple[int, int] | None = None) -> tuple[str, str] | None:
    place = located(CODE, snippet, lines)
    if place is None:
        return None
    text = CODE[place.start : place.end]
    assert CODE[: place.start].count("\n") + 1 == place.line
    assert CODE[: place.end].count("\n") + 1 == place.end_line
    return place.found_by, text


def test_a_snippet_is_found_by_its_text_first() -> None:
    assert text_of("  if x in seen:\n") == ("text", "if x in seen:")
    assert text_of("if x in seen:\n  found.append(x)\n") == (
        "spaces",
        "if x in seen:\n            found.append(x)",
    )


def test_lines_may_be_left_out_of_a_snippet() -> None:
    whole = CODE[CODE.index("for x in xs") : CODE.index("\n    for x in found")]
    assert text_of("for x in xs:\n  if x in seen:\n  ...\n  seen.append(x)") == ("parts", whole)
    assert text_of("seen.append(x)\nfor x in xs:") is None, "in another order"


def test_a_snippet_may_be_close() -> None:
    said = "for x in xs:\n    if x in seen:\n        found.append( x )\n    seen.append(xs)\n"
    found = text_of(said)
    assert found is not None
    assert found[0] == "close"
    assert text_of("while something_else(xs):\n    break") is None


def test_nothing_is_guessed() -> None:
    code = "a = 1\nb = f(a)\nc = f(a)\nif a:\n    b = f(a)\n"
    assert located(code, "b = f(a)") is None, "it is there twice"
    place = located(code, "b = f(a)", (5, 5))
    assert place is not None
    assert place.line == 5
    assert located(code, "b = f(a)", (9, 9)) is None
    assert located("xs = sums\n", "sum") is None, "it is half a word"
    assert quoted("notx = 1\n", "not x") is None
    assert located(code, "  \n ") is None


def test_names_of_annotators_are_behaviours() -> None:
    assert {*PREFIXES.values(), *DUALS.values()} <= set(BEHAVIOURS)


def problem(*codes: str, name: str = "made/twice") -> Problem:
    return Problem(name, tuple(Solution(code, ("made",)) for code in codes), {})


QUEUE = """def show(xs):
    queue = list(xs)
    while queue:
        print(queue.pop(0))  # effilint: ignore
"""


@pytest.fixture
def problems(tmp_path: Path) -> Path:
    path = tmp_path / "problems.jsonl"
    path.write_text(problem(QUEUE, "def f(:\n").to_json() + "\n")
    return path


def test_rules_annotate(problems: Path, tmp_path: Path) -> None:
    output = tmp_path / "static.jsonl"
    result = run("annotate", "static", problems, "-o", output, "--jobs", "1")
    assert result.exit_code == 0, result.output
    good, bad = sheets(output)
    assert bad["failed"]
    found = next(a for a in good["annotations"] if a["behaviour"] == "DST1")
    assert found["source"].startswith("static:DST1")
    assert QUEUE[found["place"]["start"] : found["place"]["end"]] == found["snippet"]
    assert found["explanation"]
    assert 0 < found["confidence"] <= 1


def pair(**changed: Any) -> dict[str, Any]:
    row = {
        "id": "7-1",
        "task": "made-twice",
        "problem_idx": None,
        "inefficient": {
            "code": CODE,
            "summary": "It searches a list.",
            "behaviours": [
                {
                    "behaviour": "Inappropriate data structure selection",
                    "snippet": "if x in seen:\n  found.append(x)",
                    "start_line": 5,
                    "end_line": 6,
                    "explanation": "a list is searched",
                    "mechanism": "item by item",
                },
                {"behaviour": "Redundant recomputation", "snippet": "nothing of that"},
            ],
        },
        "efficient": {
            "code": "def twice(xs):\n    return set(xs)\n",
            "behaviours": [
                {"behaviour": "Appropriate data structure selection", "snippet": "set(xs)"}
            ],
        },
    }
    return {**row, **changed}


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.jsonl"
    broken = pair(efficient={"code": "pass", "behaviours": [{"behaviour": "X", "snippet": "y"}]})
    held_back = pair(problem_idx=next(filter(is_held_back, range(1, 99))))
    rows = [pair(), broken, held_back]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_shared_annotations_are_located(pairs: Path, tmp_path: Path) -> None:
    output = tmp_path / "shared.jsonl"
    result = run("annotate", "shared", pairs, "-o", output)
    assert result.exit_code == 0, result.output
    assert "pairs.jsonl:2: nobody knows the behaviour 'X'" in result.output
    one, other = sheets(output)
    assert one["problem"] == other["problem"] == "leetcode/made-twice"
    assert one["summary"] == "It searches a list."
    assert one["source"] == "behaviour_pairs:7-1:inefficient"
    assert [a["behaviour"] for a in one["annotations"]] == ["DST1", "ALG7"]
    assert [a["place"] and a["place"]["line"] for a in one["annotations"]] == [5, None]
    assert [(a["side"], a["behaviour"]) for a in other["annotations"]] == [("efficient", "DST1")]


def test_nothing_is_no_annotation(tmp_path: Path) -> None:
    bad, output = tmp_path / "bad.jsonl", tmp_path / "out.jsonl"
    bad.write_text('{"id": 1}\n')
    for kind in ("static", "shared"):
        result = run("annotate", kind, bad, "-o", output)
        assert (result.exit_code, output.exists()) == (2, False)
        assert "nothing to annotate" in result.output
    none = run("annotate", "shared", tmp_path / "none.jsonl", "-o", output)
    assert (none.exit_code, "none.jsonl: No such file" in none.output) == (2, True)


def test_what_collect_left_out_is_annotated_in_its_place(pairs: Path, tmp_path: Path) -> None:
    kept = Solution(CODE.replace("seen", "known"), ("x", "behaviour_pairs:7-1:inefficient"))
    collected = tmp_path / "collected.jsonl"
    collected.write_text(Problem("leetcode/made-twice", (kept,), {}).to_json() + "\n")
    output = tmp_path / "shared.jsonl"
    assert run("annotate", "shared", pairs, "-o", output, "--problems", collected).exit_code == 0
    first = sheets(output)[0]
    assert first["solution"] == kept.id
    place = first["annotations"][0]["place"]
    assert place is None or "known" in kept.code[place["start"] : place["end"]]


def reply(**changed: Any) -> str:
    row = {
        "side": "inefficient",
        "category": "DST1",
        "snippet": "if x in seen:",
        "lines": [5, 5],
        "explanation": "A list is searched.",
        "mechanism": "Each search is linear.",
    }
    return json.dumps({"annotations": [{**row, **changed}], "summary": "Quadratic."})


def ask(*replies: str) -> tuple[Sheet, Scripted]:
    client = Scripted(replies)
    return llm_sheet("made/twice", "1", CODE, client), client


def test_a_model_annotates() -> None:
    for text in (reply(), f"Here it is:\n```json\n{reply()}\n```\n"):
        sheet, client = ask(text)
        (found,) = sheet.annotations
        assert found.place is not None
        assert (found.behaviour, found.place.line, sheet.summary) == ("DST1", 5, "Quadratic.")
        assert found.source == sheet.source == "llm:scripted"
        (asked,) = client.asked
        assert CODE in asked[-1]["content"]
        assert all(prefix in asked[0]["content"] for prefix in BEHAVIOURS)


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ("I cannot.", "no JSON"),
        ("[]", "no JSON object"),
        ('{"annotations": 3, "summary": ""}', '"annotations" must be a list'),
        (reply(category="DST9"), "no category 'DST9'"),
        (reply(side="slow"), '"side" must be one of'),
        (reply(snippet="if x in known:"), "not in the program"),
        (reply(snippet=" "), '"snippet" must be a text'),
        (reply(lines=[5, 99]), '"lines" must be'),
        (reply(snippet="for x in", lines=[1, 1]), "more than once"),
    ],
)
def test_a_malformed_reply_is_told_and_asked_for_again(bad: str, told: str) -> None:
    sheet, client = ask(bad, reply())
    assert len(sheet.annotations) == 1
    assert told in client.asked[1][-1]["content"]
    assert client.asked[1][-2] == {"role": "assistant", "content": bad}
    failed, _ = ask(bad, bad)
    assert failed.failed.startswith("the reply is malformed")
    assert failed.annotations == ()


def test_recorded_replies_need_no_client(tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    first = llm_sheet("made/twice", "1", CODE, Recorded(path, "m", Scripted([reply()])))
    with path.open("a") as file:
        file.write('{"request": "cut sho')
    assert llm_sheet("made/twice", "1", CODE, Recorded(path, "m")) == first
    with pytest.raises(ClientError, match="has no reply to this request"):
        llm_sheet("made/twice", "1", "x = 1\n", Recorded(path, "m"))
    with pytest.raises(FileNotFoundError):
        Recorded(tmp_path / "none.jsonl", "m")


class Counting:
    """A client that says nothing of any program; it fails after some requests."""

    model = "m"

    def __init__(self, most: int) -> None:
        self._lock = threading.Lock()
        self._running = 0
        self.left = most
        self.at_once = 0

    def complete(self, messages: Sequence[Message]) -> Reply:
        with self._lock:
            self._running += 1
            self.at_once = max(self.at_once, self._running)
            self.left -= 1
            left = self.left
        time.sleep(0.002)
        with self._lock:
            self._running -= 1
        if "refused" in messages[1]["content"]:
            raise RefusedError("too long")
        if left < 0:
            raise ClientError("the endpoint is gone")
        return Reply('{"annotations": [], "summary": ""}', (10, 2))


def test_a_run_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "llm.jsonl"
    many = [problem(f"x = {n}\n", f"y = {n}\n", name=f"made/{n}") for n in range(20)]
    first = Counting(15)

    def run_with(client: Counting) -> list[Sheet]:
        def one(problem: str, solution: str, code: str) -> Sheet:
            return llm_sheet(problem, solution, code, client)

        return list(annotate(many, path, "llm:m", one, at_a_time=3))

    with pytest.raises(ClientError):
        run_with(first)
    assert len(sheets(path)) == 15
    assert 1 < first.at_once <= 3
    path.write_text(path.read_text() + '{"problem": "cut sho')
    second = Counting(25)
    assert len(run_with(second)) == 25
    assert second.left == 0
    assert run_with(Counting(0)) == []
    good = [line for line in path.read_text().splitlines() if not line.endswith("sho")]
    found = [json.loads(line) for line in good]
    assert len({(row["problem"], row["solution"]) for row in found}) == len(found) == 40
    assert found[0]["tokens"] == [10, 2]


def test_a_refused_request_is_one_failure() -> None:
    assert llm_sheet("made/1", "1", "refused = 1\n", Counting(9)).failed == "too long"


def record(path: Path, code: str, *replies: str) -> None:
    llm_sheet("made/twice", "1", code, Recorded(path, "m", Scripted(replies)))


def test_a_model_is_asked_by_a_command(problems: Path, tmp_path: Path) -> None:
    recording, output = tmp_path / "replies.jsonl", tmp_path / "llm.jsonl"
    said = reply(snippet="queue.pop(0)", lines=[4, 4])
    record(recording, QUEUE, "no JSON", said)
    words = ("annotate", "llm", problems, "-o", output, "--model", "m")
    result = run(*words, "--recording", recording, "--at-a-time", "1")
    assert (result.exit_code, len(sheets(output))) == (2, 1), "the second is not recorded"
    assert "has no reply to this request" in result.output
    record(recording, "def f(:\n", "no JSON", "no JSON")
    result = run(*words, "--recording", recording)
    assert result.exit_code == 0, result.output
    assert "1  solutions that failed" in result.output
    assert [len(sheet["annotations"]) for sheet in sheets(output)] == [1, 0]
    assert "everything is in the file" in run(*words, "--recording", recording).output
    nobody = run(*words)
    assert (nobody.exit_code, "--base-url says" in nobody.output) == (2, True)


def test_a_missing_extra_is_named(problems: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)
    output = problems.parent / "llm.jsonl"
    words = ("annotate", "llm", problems, "-o", output, "--model", "m", "--base-url", "http://x/v1")
    result = run(*words)
    assert result.exit_code == 2
    assert "pip install 'effilint[llm]'" in result.output
    assert not output.exists()


class Handler(BaseHTTPRequestHandler):
    """An endpoint that answers everything with one reply, or refuses."""

    seen: list[tuple[str | None, dict[str, Any]]] = []  # noqa: RUF012

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.seen.append((self.headers["authorization"], request))
        message = {"role": "assistant", "content": reply()}
        content = {
            "id": "1",
            "object": "chat.completion",
            "created": 1,
            "model": "m",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12},
        }
        status = {"bad": 400, "key": 401}.get(request["model"], 200)
        body = json.dumps(content if status == 200 else {"error": {"message": "no"}}).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def endpoint() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


def test_an_endpoint_is_asked(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("openai")
    from effilint.dataset.annotations.clients import Endpoint

    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    sheet = llm_sheet("made/twice", "1", CODE, Endpoint(endpoint, "m"))
    assert (len(sheet.annotations), sheet.tokens) == (1, (5, 7))
    key, request = Handler.seen[-1]
    assert (key, request["temperature"], request["model"]) == ("Bearer secret", 0, "m")
    assert llm_sheet("made/twice", "1", CODE, Endpoint(endpoint, "bad")).failed
    with pytest.raises(ClientError, match="the endpoint says 401"):
        llm_sheet("made/twice", "1", CODE, Endpoint(endpoint, "key"))


# Kappa of 20 pairs: both accept 12, both reject 4, and 1 and 3 apart.
CASES = [("accept", "accept")] * 12 + [("reject", "reject")] * 4
CASES += [("accept", "reject")] * 1 + [("reject", "accept")] * 3


def test_kappa_is_cohens() -> None:
    expected = (13 / 20) * (15 / 20) + (7 / 20) * (5 / 20)
    assert kappa(CASES) == pytest.approx((0.8 - expected) / (1 - expected))
    assert kappa([("accept", "reject"), ("reject", "accept")]) == -1
    assert kappa([("accept", "accept")]) is None
    assert kappa([]) is None


def exported(annotations: Path, reviewer: str, suffix: str, *decisions: str) -> Path:
    """A file that a reviewer filled in."""
    path = annotations.parent / f"{reviewer}{suffix}"
    words = ("review", "export", annotations, "-o", path, "--reviewer", reviewer)
    assert run(*words).exit_code == 0
    if suffix == ".csv":
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
    else:
        rows = sheets(path)
    for row, decision in zip(rows, decisions, strict=True):
        row["decision"], row["comment"] = decision, "so"
    with path.open("w", newline="") as file:
        if suffix == ".csv":
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        else:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    return path


def test_reviews_are_exported_filled_in_and_imported(pairs: Path, tmp_path: Path) -> None:
    shared, output = tmp_path / "shared.jsonl", tmp_path / "reviewed.jsonl"
    pairs.write_text(json.dumps(pair()) + "\n")
    assert run("annotate", "shared", pairs, "-o", shared).exit_code == 0
    one = exported(shared, "one", ".csv", "Accept", "reject", "")
    other = exported(shared, "other", ".jsonl", "accept", "accept", "reject")
    result = run("review", "import", shared, one, other, "-o", output)
    assert result.exit_code == 0, result.output
    assert "1  accepted" in result.output
    found = [a for sheet in sheets(output) for a in sheet["annotations"]]
    assert [sorted(a["reviews"] or {}) for a in found] == [["one", "other"]] * 2 + [["other"]]
    assert found[0]["reviews"]["one"] == {"decision": "accept", "comment": "so"}
    table = run("review", "agreement", shared, one, other).output
    assert table.splitlines()[-1].split() == ["all", "2", "50%", "0.00"]
    assert "DST1" in table


def test_a_cell_is_no_formula(pairs: Path, tmp_path: Path) -> None:
    row = pair()
    row["inefficient"]["behaviours"][0]["explanation"] = "=1+1"
    pairs.write_text(json.dumps(row) + "\n")
    shared, path = tmp_path / "shared.jsonl", tmp_path / "r.csv"
    assert run("annotate", "shared", pairs, "-o", shared).exit_code == 0
    words = ("review", "export", shared, "-o", path, "--reviewer", "one", "--most", "2")
    assert run(*words).exit_code == 0
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2
    assert all(not row["explanation"].startswith("=") for row in rows)


def test_reviews_that_do_not_fit_are_refused(pairs: Path, tmp_path: Path) -> None:
    shared, output = tmp_path / "shared.jsonl", tmp_path / "reviewed.jsonl"
    assert run("annotate", "shared", pairs, "-o", shared).exit_code == 0
    key = sheets(shared)[0]["annotations"][0]["id"]
    path = tmp_path / "review.jsonl"
    good = {"id": key, "decision": "accept", "reviewer": "one"}
    for rows, line in (
        ([{**good, "decision": "maybe"}], "review.jsonl:1: a decision is accept or reject"),
        ([{**good, "id": "x"}], "review.jsonl:1: there is no annotation 'x'"),
        ([good, {**good, "reviewer": "two"}], "review.jsonl:2: the reviewer is 'two'"),
        ([good, {**good, "decision": "reject"}], "decided otherwise"),
        ([{**good, "decision": ""}], "nothing is decided"),
    ):
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        result = run("review", "import", shared, path, "-o", output)
        assert (result.exit_code, output.exists()) == (2, False)
        assert line in result.output
    words = ("review", "export", shared, "-o", tmp_path / "r.txt", "--reviewer", "one")
    assert "is no .csv or .jsonl" in run(*words).output


def test_a_killed_run_loses_nothing(tmp_path: Path) -> None:
    """SIGKILL while an endpoint is slow; the rest is asked for later, each once."""
    script = tmp_path / "run.py"
    script.write_text(SLOW_RUN)
    path = tmp_path / "llm.jsonl"
    words = [sys.executable, str(script), str(path)]
    with subprocess.Popen([*words, "0.05"], env={**os.environ}) as process:
        while not path.exists() or path.read_bytes().count(b"\n") < 3:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    before = path.read_bytes().count(b"\n")
    assert 3 <= before < 60
    subprocess.run([*words, "0"], check=True)
    solutions = [row["solution"] for row in sheets(path)]
    assert len(solutions) == len(set(solutions)) == 60


SLOW_RUN = """
import sys, time
from pathlib import Path
from effilint.dataset.annotations.running import annotate
from effilint.dataset.annotations.sheets import Sheet
from effilint.dataset.leetcode_numbers import is_held_back
from effilint.dataset.problems import Problem, Solution

def one(problem, solution, code):
    time.sleep(float(sys.argv[2]))
    return Sheet(problem, solution, "llm:m")

solutions = tuple(Solution(f"x = {n}", ("made",)) for n in range(60))
problems = [Problem("made/1", solutions, {})]
for _ in annotate(problems, Path(sys.argv[1]), "llm:m", one, at_a_time=2):
    pass
"""
