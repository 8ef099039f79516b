"""An admin's own model in the place of the packaged reader: real ONNX files, made here."""

from __future__ import annotations

import json
import math
import multiprocessing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from tokenizers import Tokenizer, models, pre_tokenizers

from monitor.configfile import load as load_config
from monitor.configfile import located
from monitor.errors import ConfigError, RasidError
from workers import understanding
from workers.check import check
from workers.classify import Document, read
from workers.classify.ownmodel import OwnModel, open_model

WORDS = {"[UNK]": 0, "[PAD]": 1, "فوانيس": 2, "قناديل": 3}
FLIGHT, REST = 9.0, -9.0  # logits
SENTENCE = "فوانيس قناديل تنزل من الجبل مع المساء"


def save(folder: Path, graph: Any, labels: list[str], problem: str = "multi_label_classification") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    onnx.save(model, str(folder / "model.onnx"))
    settings = {"id2label": dict(enumerate(labels)), "problem_type": problem, "pad_token_id": 1}
    (folder / "config.json").write_text(json.dumps(settings), "utf-8")
    return folder / "model.onnx"


def by_tokens(
    folder: Path, problem: str = "multi_label_classification", inputs: tuple[str, ...] = ()
) -> Path:
    """Each known word adds to the second label; padding adds nothing where the mask says so."""
    table = np.zeros((len(WORDS), 2), dtype=np.float32)
    table[:, 0] = REST
    table[1] = 100.0  # what padding would add without the mask
    table[2] = table[3] = (REST, FLIGHT)
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["rows"]),
        helper.make_node("Cast", ["attention_mask"], ["kept"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["kept", "last"], ["mask"]),
        helper.make_node("Mul", ["rows", "mask"], ["masked"]),
        helper.make_node("ReduceSum", ["masked", "one"], ["logits"], keepdims=0),
    ]
    constants = [
        helper.make_tensor("table", TensorProto.FLOAT, table.shape, table.ravel()),
        helper.make_tensor("last", TensorProto.INT64, [1], [2]),
        helper.make_tensor("one", TensorProto.INT64, [1], [1]),
    ]
    names = inputs or ("input_ids", "attention_mask")
    taken = [helper.make_tensor_value_info(name, TensorProto.INT64, ["n", "t"]) for name in names]
    given = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 2])]
    path = save(
        folder, helper.make_graph(nodes, "own", taken, given, constants), ["other", "displacement"], problem
    )
    words = Tokenizer(models.WordLevel(WORDS, unk_token="[UNK]"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    words.save(str(folder / "tokenizer.json"))
    return path


def by_texts(folder: Path) -> Path:
    """Takes strings: one text alone reports a curfew."""
    nodes = [
        helper.make_node("RegexFullMatch", ["texts"], ["same"], pattern=".*قناديل.*"),
        helper.make_node("Cast", ["same"], ["number"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["number", "last"], ["logits"]),
    ]
    constants = [helper.make_tensor("last", TensorProto.INT64, [1], [1])]
    taken = [helper.make_tensor_value_info("texts", TensorProto.STRING, ["n"])]
    given = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 1])]
    return save(folder, helper.make_graph(nodes, "own", taken, given, constants), ["curfew"])


def test_tokens_in_log_odds_out(tmp_path: Path) -> None:
    told = open_model(by_tokens(tmp_path))(["قناديل", "قناديل فوانيس", "بيت"])
    assert told == [{"displacement": FLIGHT}, {"displacement": 2 * FLIGHT}, {"displacement": 0.0}]


def test_a_text_is_judged_alike_alone_and_beside_longer_ones(tmp_path: Path) -> None:
    model = open_model(by_tokens(tmp_path))
    assert model(["قناديل"])[0] == model(["قناديل", "فوانيس " * 700])[0]


def test_where_one_label_excludes_the_others_odds_are_against_them(tmp_path: Path) -> None:
    told = open_model(by_tokens(tmp_path, problem="single_label_classification"))(["قناديل"])
    assert told == [{"displacement": pytest.approx(FLIGHT - REST)}]


def test_a_model_may_take_texts(tmp_path: Path) -> None:
    assert open_model(by_texts(tmp_path))(["ضوء قناديل بعيدة", "بيت"]) == [{"curfew": 1.0}, {"curfew": 0.0}]


def configured(folder: Path, text: str) -> Any:
    path = folder / "config.yaml"
    path.write_text(text, "utf-8")
    return load_config(path, {})


def found(config: Any, text: str, lang: str = "ar") -> list[str]:
    reading = read(Document("1", "", text, lang), understanding.lexicons(config), None)
    return [f"{one.category} {one.evidence[0].rule}" for one in reading.mentions]


def test_it_finds_what_the_packaged_reader_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.classify.opinion.Opinion.worth_reading", lambda *_: {"displacement": 3.0})
    by_tokens(tmp_path / "mine")
    own = configured(tmp_path, "second_opinion: {model: mine/model.onnx}\n")
    check(own, str(tmp_path / "config.yaml"))
    assert found(configured(tmp_path, ""), SENTENCE) == []
    assert found(own, SENTENCE) == ["displacement second-opinion"]


def test_it_is_asked_only_in_languages_it_reads(tmp_path: Path) -> None:
    by_tokens(tmp_path / "mine")
    own = configured(tmp_path, "second_opinion: {model: mine/model.onnx, languages: [ckb]}\n")
    opinion = understanding.lexicons(own).opinion
    assert opinion is not None
    assert opinion.reads("ckb")
    assert not opinion.reads("ar")


def test_a_model_that_fails_leaves_the_rules_to_go_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model = open_model(by_tokens(tmp_path))
    broken = OwnModel(
        model._session, lambda _texts: {"input_ids": np.zeros((1, 1))}, {"curfew": 0}, exclusive=False
    )
    assert broken(["نص"]) == [{}]
    assert "the rules go on" in caplog.text


def _in_a_child(model: OwnModel, answers: Any) -> None:
    answers.put(model(["قناديل"]))


def test_opened_before_a_fork_it_answers_in_the_child(tmp_path: Path) -> None:
    model, context = open_model(by_tokens(tmp_path)), multiprocessing.get_context("fork")
    answers = context.Queue()
    child = context.Process(target=_in_a_child, args=(model, answers))
    child.start()
    assert answers.get(timeout=30) == model(["قناديل"])
    child.join(30)


def no_model(folder: Path) -> None:
    (folder / "model.onnx").write_bytes(b"no model")


def no_labels(folder: Path) -> None:
    (folder / "config.json").write_text("{}", "utf-8")


def other_labels(folder: Path) -> None:
    (folder / "config.json").write_text('{"id2label": {"0": "sport", "1": "weather"}}', "utf-8")


def too_many_labels(folder: Path) -> None:
    (folder / "config.json").write_text('{"id2label": {"0": "curfew", "1": "b", "2": "c"}}', "utf-8")


def no_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()


def strange_input(folder: Path) -> None:
    by_tokens(folder, inputs=("input_ids", "attention_mask", "pixel_values"))


BROKEN: list[tuple[Callable[[Path], None], str]] = [
    (no_model, "no model"), (no_labels, "names no labels"), (other_labels, "knows none of curfew"),
    (too_many_labels, "not 2 rows of 3"), (no_tokenizer, "tokenizer.json"), (strange_input, "pixel_values"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "said"), BROKEN, ids=lambda one: getattr(one, "__name__", ""))
def test_what_it_lacks_is_said_at_the_line_of_the_config(
    tmp_path: Path, spoil: Callable[[Path], None], said: str
) -> None:
    by_tokens(tmp_path / "mine")
    spoil(tmp_path / "mine")
    config = configured(tmp_path, "timezone: Asia/Damascus\nsecond_opinion:\n  model: mine/model.onnx\n")
    with pytest.raises(ConfigError) as refused:
        check(config, str(tmp_path / "config.yaml"))
    (problem,) = located(refused.value).problems
    assert said in problem.message
    assert problem.cure
    assert (problem.key, problem.line) == ("second_opinion.model", 3)


def test_without_its_packages_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = by_tokens(tmp_path)
    monkeypatch.setattr("workers.classify.ownmodel.find_spec", lambda name: None)
    with pytest.raises(RasidError, match="onnxruntime and tokenizers") as refused:
        open_model(path)
    assert "pip install onnxruntime" in refused.value.cure


def test_no_number_is_no_opinion() -> None:
    class Session:
        def get_outputs(self) -> list[Any]:
            return [type("Output", (), {"name": "logits"})]

        def run(self, *_: Any) -> list[Any]:
            return [np.array([[math.nan, 1.0]])]

    model = OwnModel(Session(), lambda _texts: {}, {"curfew": 0, "clashes": 1}, exclusive=False)
    assert model(["نص"]) == [{"curfew": 0.0, "clashes": 1.0}]
