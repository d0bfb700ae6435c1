"""`effilint train-detector`, from files of the data set to a model that is read and judged."""

from __future__ import annotations

import json
import os
import pickle
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("accelerate")
pytest.importorskip("sklearn")
pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
pytest.importorskip("tree_sitter_python")
np = pytest.importorskip("numpy")

from effilint.analyzer.extras import ModelError  # noqa: E402
from effilint.dataset import store  # noqa: E402
from effilint.dataset.annotations.locating import Place  # noqa: E402
from effilint.dataset.annotations.sheets import Annotation, Sheet  # noqa: E402
from effilint.dataset.problems import Problem, Solution  # noqa: E402
from effilint.dataset.records import Course, Record  # noqa: E402
from effilint.detectors.learned import Learned  # noqa: E402
from effilint.main import main  # noqa: E402
from effilint.scorer.fusion import weights_in  # noqa: E402
from effilint.scorer.scorer import Scorer  # noqa: E402
from effilint.train_detector.ablations import ABLATIONS  # noqa: E402

SIZES = [10, 100, 1000, 10_000]
FORMS = {
    "slow": (
        "def f{n}(xs, k):\n    found = {n}\n    for x in xs:\n        for y in xs:\n"
        "            if x + y == k:\n                found += {m}\n    return found\n"
    ),
    "sorted": (
        "def f{n}(xs, k):\n    xs = sorted(xs)\n    low, high = 0, len(xs) - 1\n"
        "    while low < high:\n        if xs[low] + xs[high] < k + {m}:\n            low += 1\n"
        "        else:\n            high -= 1\n    return low + {n}\n"
    ),
    "fast": (
        "def f{n}(xs, k):\n    seen = set()\n    for x in xs:\n        if k - x in seen:\n"
        "            return {n} + {m}\n        seen.add(x)\n    return None\n"
    ),
}
COSTS = {"slow": (0.1, 2), "sorted": (2.0, 1), "fast": (0.5, 1)}
PARTS = ["train"] * 40 + ["validation"] * 14 + ["test"] * 14


def course(kind: str, rng: random.Random) -> Course:
    cost, power = COSTS[kind]
    rounds = []
    for n in SIZES:
        taken = 100 + cost * rng.uniform(0.98, 1.02) * n**power
        rounds.append([[round(taken * rng.uniform(0.99, 1.01))] for _ in range(5)])
    return Course("accepted", 1.0, rounds, [(1 << 16) * (1 + (kind != "slow")) * n for n in SIZES])


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Problems, records, parts and annotations as the commands of the data set write them."""
    folder = tmp_path_factory.mktemp("data")
    rng = random.Random(4)
    sheets, records, parts = [], [], []
    with store.writing(folder / "problems.jsonl") as write:
        for n, part in enumerate(PARTS):
            made = {
                kind: Solution(form.format(n=n, m=n % 5), (f"behaviour_pairs:{n}-0:{side}",))
                for (kind, form), side in zip(
                    FORMS.items(), ("inefficient", "third", "efficient"), strict=True
                )
            }
            write(Problem(f"made/p{n}", tuple(made.values()), {}))
            courses = {one.id: course(kind, rng) for kind, one in made.items()}
            records.append(
                Record(f"made/p{n}", 0, "3.11", "L3", SIZES, [3] * 4, "", None, 100, 1.0, courses)
            )
            parts.append({"problem": f"made/p{n}", "part": part, "group": f"made/p{n}"})
            place = Place(0, 9, 4, 5, "text")
            seen = Annotation("ALG5", "inefficient", "x", place, "somebody")
            sheets.append(Sheet(f"made/p{n}", made["slow"].id, "somebody", (seen,)))
            sheets += [
                Sheet(f"made/p{n}", made[kind].id, "somebody") for kind in ("sorted", "fast")
            ]
    (folder / "records.jsonl").write_text("".join(one.to_json() + "\n" for one in records))
    (folder / "parts.jsonl").write_text("".join(json.dumps(one) + "\n" for one in parts))
    (folder / "sheets.jsonl").write_text("".join(one.to_json() + "\n" for one in sheets))
    return folder


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["train-detector", *map(str, arguments)])


def materials(files: Path) -> list[str]:
    return [
        str(files / "problems.jsonl"),
        *("--records", str(files / "records.jsonl")),
        *("--parts", str(files / "parts.jsonl")),
        *("--annotations", str(files / "sheets.jsonl")),
    ]


def pretrain(folder: Path, *more: str) -> Result:
    small = ["--width", "32", "--layers", "1", "--pieces", "400", "--functions", "40"]
    return run("pretrain", "-o", folder, *small, "--jobs", "1", *more)


@pytest.fixture(scope="module")
def start(files: Path) -> Path:
    result = pretrain(files / "start", "--epochs", "1", "--problems", str(files / "problems.jsonl"))
    assert result.exit_code == 0, result.output
    return files / "start"


def fit(files: Path, start: Path, output: Path, *more: str) -> Result:
    usual = ["--epochs", "6", "--programs", "12", "--rate", "0.003", "--jobs", "1"]
    return run("fit", *materials(files), "--from", start, "-o", output, *usual, *more)


@pytest.fixture(scope="module")
def folder(files: Path, start: Path) -> Path:
    result = fit(files, start, files / "model")
    assert result.exit_code == 0, result.output
    return files / "model"


def text(kind: str, n: int = 99) -> str:
    return FORMS[kind].format(n=n, m=n % 5)


TEXTS = [FORMS[kind].format(n=n, m=n % 5) for n in range(7) for kind in FORMS]


def test_pre_training_leaves_an_encoder_and_its_losses(start: Path) -> None:
    names = {path.name for path in start.iterdir()}
    assert {"config.json", "encoder.safetensors", "tokenizer.json", "reader.json"} <= names
    rows = [json.loads(line) for line in (start / "losses.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == list(range(len(rows)))
    assert rows[0]["pieces"] > 0


def test_pre_training_in_another_way_is_refused(start: Path) -> None:
    before = (start / "encoder.safetensors").read_bytes()
    result = pretrain(start, "--epochs", "2")
    assert result.exit_code == 2
    assert "another pre-training" in result.output
    assert (start / "encoder.safetensors").read_bytes() == before


def test_a_model_is_trained_and_says_which_takes_more(folder: Path) -> None:
    model = Learned(folder)
    slow, ordered, fast = model.see([text("slow"), text("sorted"), text("fast")])
    assert model.order(slow, fast).time > 0.9
    assert model.order(fast, slow).time == pytest.approx(1 - model.order(slow, fast).time, abs=1e-5)
    assert model.order(slow, fast).memory < 0.5
    assert max(slow.growth, key=slow.growth.__getitem__) == "quadratic"
    assert max(fast.growth, key=fast.growth.__getitem__) == "linear"
    assert sum(ordered.growth.values()) == pytest.approx(1, abs=1e-6)
    assert slow.behaviours["ALG5"] > 0.7 > 0.3 > fast.behaviours["ALG5"]
    assert sum(slow.lines.values()) == pytest.approx(1, abs=1e-5)
    assert set(slow.lines) <= set(range(1, 8))
    short, long = model.taken(slow, 10), model.taken(slow, 10_000)
    assert short.low <= short.middle <= short.high
    assert long.middle > 100 * short.middle
    assert 0 < short.share < 1
    assert model.device == "cpu"


def test_the_card_says_what_the_model_is_of(folder: Path) -> None:
    card = Learned(folder).card
    assert card["programs"]["train"] == {"problems": 40, "programs": 120, "comparisons": 200}
    assert card["plan"]["seed"] == 0
    assert max(card["differs_from_torch"].values()) < 1e-4
    assert card["start"] == "start"
    assert set(card["files"]) == {
        path.name for path in folder.iterdir() if path.is_file() and path.name != "card.json"
    }


def test_training_again_goes_on_and_changes_nothing(files: Path, start: Path, folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.iterdir() if path.suffix == ".onnx"}
    losses = (folder / "work" / "losses.jsonl").read_text()
    result = fit(files, start, folder)
    assert result.exit_code == 0, result.output
    assert (folder / "work" / "losses.jsonl").read_text() == losses
    assert {path: path.read_bytes() for path in before} == before
    result = fit(files, start, folder, "--seed", "1")
    assert result.exit_code == 2
    assert "another training" in result.output


@pytest.mark.slow
def test_several_processes_train_one_model(files: Path, start: Path, tmp_path: Path) -> None:
    launch = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"]
    usual = ["--epochs", "2", "--programs", "12", "--rate", "0.003", "--jobs", "1"]
    command = ["fit", *materials(files), "--from", str(start), "-o", str(tmp_path / "model")]
    done = subprocess.run(
        [*launch, "-m", "effilint", "train-detector", *command, *usual],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("epoch 2 of 2") == 1
    slow, fast = Learned(tmp_path / "model").see([text("slow"), text("fast")])
    assert Learned(tmp_path / "model").order(slow, fast).time > 0.6
    steps = (tmp_path / "model" / "work" / "losses.jsonl").read_text().splitlines()
    assert len(steps) == 10  # 40 problems, 4 at a time, in two halves, twice


def test_weights_of_8_bits_are_a_quarter_and_may_be_had_at_32(
    files: Path, start: Path, folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(folder, tmp_path / "model")
    result = fit(files, start, tmp_path / "model", "--bits", "32")  # it is trained already
    assert result.exit_code == 0, result.output
    small, large = Learned(folder), Learned(tmp_path / "model")
    assert (small.card["bits"], large.card["bits"]) == (8, 32)
    shares = small.card["orders_right_by_bits"]
    assert shares["8"] >= shares["32"] - 0.003
    sizes = [(one / "encoder.onnx").stat().st_size for one in (folder, tmp_path / "model")]
    assert sizes[0] < sizes[1] * 0.7
    for one, other in zip(small.see(TEXTS), large.see(TEXTS), strict=True):
        assert one.growth == pytest.approx(other.growth, abs=0.1)


@pytest.mark.parametrize("bits", ["8", "32"])
def test_what_is_seen_in_a_batch_is_what_is_seen_alone(
    files: Path, start: Path, folder: Path, tmp_path: Path, bits: str
) -> None:
    shutil.copytree(folder, tmp_path / "model")
    assert fit(files, start, tmp_path / "model", "--bits", bits).exit_code == 0
    model = Learned(tmp_path / "model")
    texts = [*TEXTS, "", "def f(:", "x"]
    together = model.see(texts)
    for alone, sight in zip((model.see([one])[0] for one in texts), together, strict=True):
        assert sight.behaviours == pytest.approx(alone.behaviours, abs=1e-5)
        assert sight.growth == pytest.approx(alone.growth, abs=1e-5)
        assert sight.cost == pytest.approx(alone.cost, abs=1e-4)


def test_odd_programs_are_seen_too(folder: Path) -> None:
    model = Learned(folder)
    for odd in ("", "def f(:\n  for x in", "\0\1\2", "é = '\ud800'", "(" * 3000, "x = 1\n" * 4000):
        (sight,) = model.see([odd])
        assert all(0 <= one <= 1 for one in sight.behaviours.values())
        assert model.taken(sight, 0).middle > 0
    with pytest.raises(ValueError, match="too many for one program"):
        model.see(["x" * (1 << 20)])


def test_files_that_are_not_those_of_the_card_are_refused(folder: Path, tmp_path: Path) -> None:
    def copied(name: str) -> Path:
        made = tmp_path / name
        made.mkdir()
        for path in folder.iterdir():
            if path.is_file():
                (made / path.name).write_bytes(path.read_bytes())
        return made

    def refused(made: Path, words: str) -> None:
        with pytest.raises(ModelError, match=words) as caught:
            Learned(made).see(["x"])
        assert "\n" not in str(caught.value)

    refused(tmp_path / "nowhere", "No such file")
    tampered = copied("tampered")
    data = bytearray((tampered / "encoder.onnx").read_bytes())
    data[len(data) // 2] ^= 1
    (tampered / "encoder.onnx").write_bytes(data)
    refused(tampered, "encoder.onnx is not the file")
    lost = copied("lost")
    (lost / "pair.onnx").unlink()
    refused(lost, "pair.onnx: No such file")
    empty = copied("empty")
    (empty / "card.json").write_text("{}")
    refused(empty, "is no card of a model")
    other = copied("other")
    card = json.loads((other / "card.json").read_text())
    (other / "card.json").write_text(json.dumps({**card, "facts": "others"}))
    refused(other, "another version")


def test_what_is_missing_is_told_in_a_line(files: Path, start: Path, tmp_path: Path) -> None:
    def refused(result: Result, words: str) -> None:
        assert result.exit_code == 2
        assert words in result.output
        assert "Traceback" not in result.output

    given = materials(files)
    refused(fit(files, tmp_path / "nowhere", tmp_path / "out"), "nowhere")
    missing = ["nowhere.jsonl", *given[1:]]
    refused(run("fit", *missing, "--from", start, "-o", tmp_path / "out"), "nowhere.jsonl")
    (tmp_path / "parts.jsonl").write_text('{"problem": "made/p0", "part": "train"}\n')
    few = [*given[:4], str(tmp_path / "parts.jsonl")]
    refused(run("fit", *few, "--from", start, "-o", tmp_path / "out"), "made/p1 is in no part")
    lines = (files / "parts.jsonl").read_text().replace("validation", "test")
    (tmp_path / "parts.jsonl").write_text(lines)
    settings = ["--epochs", "1", "--jobs", "1"]
    refused(
        run("fit", *few, "--from", start, "-o", tmp_path / "out", *settings),
        "there are no measured comparisons of programs in the part validation",
    )
    twins = ["--twins", str(tmp_path / "twins.jsonl")]
    refused(
        run("fit", *given, *twins, "--from", start, "-o", tmp_path / "out"), "twins.jsonl: No such"
    )
    row = {"problem": "made/p0", "solution": "0" * 16, "twins": [{"twin": "1" * 16}]}
    (tmp_path / "twins.jsonl").write_text(json.dumps(row) + "\n")
    refused(
        run("fit", *given, *twins, "--from", start, "-o", tmp_path / "out"), "twins without code"
    )


def test_a_model_is_judged_on_what_it_was_not_trained_on(
    files: Path, folder: Path, tmp_path: Path
) -> None:
    result = run("evaluate", folder, *materials(files), "-o", tmp_path / "report", "--jobs", "1")
    assert result.exit_code == 0, result.output
    lines = [line.split() for line in result.output.splitlines()]
    model = next(line for line in lines if line[:2] == ["the", "model"])
    assert float(model[-3]) >= 0.95  # of all pairs; its interval is behind it
    for baseline in ("length", "linear,", "boosting,", "constant"):
        assert any(line[:1] == [baseline] or baseline in line for line in lines)
    assert ["problems", *["14"] * 3] in [line[:1] + line[-3:] for line in lines]
    assert any(line[:1] == ["ALG5"] and float(line[2]) > 0.8 for line in lines)
    assert "macro F1 1.000" in result.output
    page = (tmp_path / "report" / "report.html").read_text()
    assert "boosting, all facts" in page
    for name in ("orders.png", "coverage.png"):
        assert (tmp_path / "report" / name).read_bytes().startswith(b"\x89PNG")
    refused = run("evaluate", folder, *materials(files), "-o", tmp_path / "x", "--on", "train")
    assert refused.exit_code == 2
    assert "not judged by what it was trained on" in refused.output
    nowhere = run("evaluate", tmp_path / "no", *materials(files), "-o", tmp_path / "x")
    assert nowhere.exit_code == 2
    assert "card.json: No such file" in nowhere.output


def test_the_score_takes_both_detectors(files: Path, folder: Path, tmp_path: Path) -> None:
    made = tmp_path / "model"
    shutil.copytree(folder, made)
    with pytest.raises(ModelError, match=r"weights.json: No such file"):
        Scorer(model=made)
    result = run("fuse", *materials(files), "--model", made, "-o", made, "--jobs", "1")
    assert result.exit_code == 0, result.output
    shares = {
        line.split()[0]: float(line.split()[-3])
        for line in result.output.splitlines()
        if line.split()[:1] in (["static"], ["learned"], ["both"])
    }
    assert shares["both"] >= 0.95
    row = json.loads((made / "weights.json").read_text())
    assert row["report"]["problems"] == 14
    assert (made / "reliability.png").read_bytes().startswith(b"\x89PNG")
    scorer = Scorer(model=made)
    slow, fast = text("slow"), text("fast")
    score = scorer.score(slow)
    assert score.status == "ok"
    assert sum(span.weight for span in score.spans) == pytest.approx(score.bc)
    assert scorer.compare(slow, fast) > 0.8
    assert scorer.rank([slow, fast]) == [1, 0]
    assert pickle.loads(pickle.dumps(scorer)).score(slow) == score
    said = effilint("score", str(tmp_path), "--model", made)
    assert said.exit_code == 2  # there is no Python in it
    refused = run("fuse", *materials(files), "-o", tmp_path / "x", "--on", "validation")
    assert refused.exit_code == 2
    assert "fitted on" in refused.output


def test_the_rules_alone_are_fused_too(files: Path, tmp_path: Path) -> None:
    result = run("fuse", *materials(files), "-o", tmp_path, "--jobs", "1")
    assert result.exit_code == 0, result.output
    found = weights_in(tmp_path / "weights.json")
    assert found.order == (1.0, 0.0)
    assert set(found.learned.values()) == {0.0}
    (tmp_path / "weights.json").write_text("{}")
    with pytest.raises(ModelError, match="holds no weights"):
        weights_in.__wrapped__(tmp_path / "weights.json")


def test_what_each_part_brings_is_told(files: Path, start: Path, tmp_path: Path) -> None:
    settings = ["--from", str(start), "-o", str(tmp_path), "--epochs", "1", "--jobs", "1"]
    result = run("ablate", *materials(files), *settings)
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in (tmp_path / "ablations.jsonl").read_text().splitlines()]
    assert [row["ablation"] for row in rows] == list(ABLATIONS)
    steps = [json.loads(line) for line in (tmp_path / "losses.jsonl").read_text().splitlines()]
    begun = [json.dumps(step) for step in steps if step["step"] == 0]
    assert len(begun) == len(ABLATIONS)
    assert len(set(begun)) == len(ABLATIONS) - 1  # there are no twins to do without
    assert all(0 <= row[">=8"]["value"] <= 1 for row in rows)
    kept = "".join(json.dumps(row) + "\n" for row in rows[:5])
    (tmp_path / "ablations.jsonl").write_text(kept)
    again = run("ablate", *materials(files), *settings)
    assert again.stderr.count("epoch 1 of 1") == 1
    assert (tmp_path / "ablations.jsonl").read_text() == kept + json.dumps(rows[5]) + "\n"


def effilint(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)))


def written(folder: Path, **texts: str) -> list[Path]:
    paths = [folder / f"{name}.py" for name in texts]
    for path, content in zip(paths, texts.values(), strict=True):
        path.write_text(content)
    return paths


def test_two_programs_are_compared_with_reasons(folder: Path, tmp_path: Path) -> None:
    a, b = written(tmp_path, slow=text("slow"), fast=text("fast"))
    result = effilint("compare", a, b, "--model", folder)
    assert result.exit_code == 0, result.output
    assert f"{a} takes more time than {b}: 9" in result.output
    for words in ("quadratic", "linear", "O(xs^2)", "ALG5", "if x + y == k:"):
        assert words in result.output
    row = json.loads(effilint("compare", b, a, "--model", folder, "--json").output)
    assert row["time"] < 0.1
    assert [one["filename"] for one in row["programs"]] == [str(b), str(a)]
    assert row["programs"][1]["estimated"]["time"] == "O(xs^2)"
    same = effilint("compare", a, a, "--model", folder)
    assert "in time they are too close to call (50%" in same.output


def test_times_are_predicted_also_of_what_cannot_be_parsed(folder: Path, tmp_path: Path) -> None:
    slow, broken = written(tmp_path, slow=text("slow"), broken="def f(xs:\n  for x in xs")
    result = effilint("predict-time", slow, "--size", "1000", "--model", folder, "--json")
    row = json.loads(result.output)
    assert row["low"] < row["middle"] < row["high"]
    assert 1e4 < row["middle"] < 1e6  # 0.1 us for each of a million pairs
    result = effilint("predict-time", broken, "--model", folder)
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.output.splitlines()] == ["size", "100", "10,000"]


def test_check_asks_the_model_where_it_promises_enough(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tmp_path / "model"
    shutil.copytree(folder, made)
    card = json.loads((made / "card.json").read_text())
    card["calibration"]["behaviours"]["ALG5"]["threshold"] = 0.6
    (made / "card.json").write_text(json.dumps(card))
    monkeypatch.setenv("EFFILINT_MODEL", str(made))
    code = "import os\n\nclass A:\n" + "".join(
        f"    {line}\n" for line in (text("slow") + "\n" + text("fast")).splitlines()
    )
    (path,) = written(tmp_path, code=code)
    usual = ["check", "--isolated", "--no-cache", "--output-format", "json", str(path)]
    assert "ALG500" not in effilint(*usual).output
    result = effilint(*usual, "--learned")
    assert result.exit_code == 1, result.output
    (row,) = (one for one in json.loads(result.output) if one["code"] == "ALG500")
    assert row["behaviour"] == "ALG5"
    assert row["location"]["row"] == 4
    assert 0.6 <= row["confidence"] <= 1
    assert "`f99` looks like avoidable nested-loop complexity in line" in row["message"]
    assert row["fix"] is None
    for hidden in (["--ignore", "ALG500"], ["--select", "DST"], ["--min-gain", "1e9"]):
        assert "ALG500" not in effilint(*usual, "--learned", *hidden).output
    assert "ALG500" in effilint(*usual, "--learned", "--select", "ALG5").output
    path.write_text(code.replace("def f99(xs, k):", "def f99(xs, k):  # noqa: ALG500", 1))
    assert "ALG500" not in effilint(*usual, "--learned").output
    (tmp_path / "effilint.toml").write_text("learned = true\n")
    path.write_text(code)
    configured = ["check", "--no-cache", "--output-format", "concise", str(path)]
    assert "ALG500" in effilint(*configured).output
    assert "ALG500" not in effilint(*configured, "--no-learned").output
    monkeypatch.setenv("EFFILINT_MODEL", str(tmp_path / "nowhere"))
    result = effilint(*configured)
    assert result.exit_code == 2
    assert "card.json: No such file" in result.output


def test_what_a_model_refuses_is_one_line(folder: Path, tmp_path: Path) -> None:
    good, long, binary = written(tmp_path, good="x = 1\n", long="x = 1\n" * 200_000, binary="\0")

    def refused(words: str, *arguments: str | Path) -> None:
        result = effilint(*arguments)
        assert result.exit_code == 2
        assert words in result.output
        assert "Traceback" not in result.output

    for command in (["compare", good], ["predict-time"]):
        refused("too many for one program", *command, long, "--model", folder)
        refused("NUL byte", *command, binary, "--model", folder)
        refused("No such file", *command, tmp_path / "no.py", "--model", folder)
        refused("card.json: No such file", *command, good, "--model", tmp_path)
