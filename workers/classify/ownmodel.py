"""An admin's own text classifier, which reads what is in doubt in place of the packaged sentence vectors.

    model.onnx      takes texts (a tensor of strings), or the token ids of a tokenizer; gives a row of logits a text
    config.json     beside it: `id2label` names the columns, as exports of `transformers` have it
    tokenizer.json  beside it, where the model takes token ids

The only onnxruntime and tokenizers.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from monitor.errors import RasidError
from monitor.models import CATEGORIES

log = logging.getLogger("rasid.classify")

MOST_TOKENS = 512  # of a text, where config.json does not say how many the model takes
TEXT = "tensor(string)"
TRIAL = "فرضت السلطات حظر تجوال في المدينة"


class OwnModel:
    """Log odds of the categories it knows, by its logits. Opened before any fork; it starts no threads."""

    def __init__(
        self, session: Any, feeds: Callable[[Sequence[str]], Mapping[str, Any]], columns: Mapping[str, int],
        *, exclusive: bool,
    ) -> None:  # fmt: skip
        self._session = session
        self._feeds = feeds
        self._columns = columns
        self._exclusive = exclusive  # softmax: one label a text; else each label by itself

    def __call__(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """One table a text; empty where the model fails: the rules and the glance then stand alone."""
        try:
            rows = self.logits(texts)
        except _failures(ValueError) as error:
            log.error("second_opinion.model fails on %d texts, the rules go on: %s", len(texts), error)
            return [{} for _ in texts]
        return [{name: self._odds(row, column) for name, column in self._columns.items()} for row in rows]

    def logits(self, texts: Sequence[str]) -> Any:
        """A row of numbers a text, as the model gives them."""
        return self._session.run([self._session.get_outputs()[0].name], self._feeds(texts))[0]

    def _odds(self, row: Any, column: int) -> float:
        """NaN counts as no opinion."""
        own = float(row[column])
        others = [float(value) for number, value in enumerate(row) if number != column]
        if self._exclusive and others:
            most = max(others)
            own -= most + math.log(sum(math.exp(value - most) for value in others))
        return 0.0 if math.isnan(own) else own


def open_model(path: Path) -> OwnModel:
    """The model of an ONNX file, tried on a sentence. RasidError saying what it lacks."""
    if missing := [name for name in ("onnxruntime", "tokenizers") if find_spec(name) is None]:
        raise _bad(f"{' and '.join(missing)} must be installed for it", "pip install onnxruntime tokenizers")
    if not path.is_file():
        raise _bad(f"there is no file {path}", "paths are relative to the config file")
    settings = _settings(path.with_name("config.json"))
    labels: dict[str, int] = settings["labels"]
    columns = {category: labels[category] for category in CATEGORIES if category in labels}
    if not columns:
        raise _bad(
            f"it knows none of {', '.join(CATEGORIES)}, but {', '.join(labels)}",
            "name its labels so in id2label",
        )
    session = _session(path)
    exclusive = settings.get("problem_type") != "multi_label_classification"
    model = OwnModel(session, _feeding(path, session, settings), columns, exclusive=exclusive)
    try:
        shape = model.logits([TRIAL, TRIAL]).shape
    except _failures(ValueError, AttributeError) as error:
        raise _bad(f"it fails on a sentence: {_line(error)}", "export it with dynamic axes") from error
    if shape != (2, len(labels)):
        cure = "its first output must be the logits, a row a text"
        raise _bad(f"two texts give {shape}, not 2 rows of {len(labels)} labels", cure)
    return model


def _settings(path: Path) -> dict[str, Any]:
    cure = 'write it beside the model, like {"id2label": {"0": "curfew"}, "problem_type": "multi_label_classification"}'
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        found["labels"] = {str(name): int(number) for number, name in found["id2label"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _bad(f"{path} names no labels: {_line(error)}", cure) from error
    return found


def _session(path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4  # told by us
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except _failures() as error:
        raise _bad(f"{path} is no model: {_line(error)}", "name an ONNX file") from error


def _feeding(
    path: Path, session: Any, settings: Mapping[str, Any]
) -> Callable[[Sequence[str]], Mapping[str, Any]]:
    """How texts become what the model takes."""
    import numpy

    inputs = session.get_inputs()
    if len(inputs) == 1 and inputs[0].type == TEXT:
        return lambda texts: {inputs[0].name: numpy.array(list(texts), dtype=object)}
    tokenizer = _tokenizer(path.with_name("tokenizer.json"), settings)
    kinds = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
    if strange := [one.name for one in inputs if one.name not in kinds]:
        cure = f"it may take texts, or {', '.join(kinds)}"
        raise _bad(f"it asks for {', '.join(strange)}, which nobody gives", cure)

    def feeds(texts: Sequence[str]) -> Mapping[str, Any]:
        told = [tokenizer.encode(text) for text in texts]
        longest = max(len(one.ids) for one in told)
        for one in told:
            one.pad(longest, pad_id=int(settings.get("pad_token_id") or 0))
        return {
            one.name: numpy.array([getattr(text, kinds[one.name]) for text in told], dtype=numpy.int64)
            for one in inputs
        }

    return feeds


def _tokenizer(path: Path, settings: Mapping[str, Any]) -> Any:
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_str(path.read_text("utf-8"))
    except Exception as error:  # it raises no other, and no job runs yet when a model is opened
        raise _bad(
            f"{path} cannot be read: {_line(error)}", "save the model's tokenizer beside it"
        ) from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(min(int(settings.get("max_position_embeddings") or MOST_TOKENS), MOST_TOKENS))
    return tokenizer


def _failures(*others: type[Exception]) -> tuple[type[Exception], ...]:
    """What onnxruntime raises, which has no common root; and others."""
    from onnxruntime.capi import onnxruntime_pybind11_state as known

    own = (one for one in vars(known).values() if isinstance(one, type) and issubclass(one, Exception))
    return (*own, *others)


def _bad(message: str, cure: str) -> RasidError:
    return RasidError(message, reason="model", cure=cure)


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
