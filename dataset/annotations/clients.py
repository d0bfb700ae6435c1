"""Language models that can be asked: over the network, from a script, or from a recording."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from effilint.analyzer.extras import needed

KEY_VARIABLE = "OPENAI_API_KEY"
_RETRIES = 5  # of the network, each after a longer while; `openai` does them
_SECONDS = 120.0  # for one reply
_REFUSED = {400, 413, 422}  # what is wrong with one request, not with the endpoint

Message = Mapping[str, str]  # `role`: system, user or assistant, and `content`


class ClientError(Exception):
    """No reply came, and none will come to other requests either; `str` is one clear line."""


class RefusedError(ClientError):
    """No reply came to this request, say because it is too long; others may have one."""


class Reply(NamedTuple):
    """What a model answered; the tokens of the request and of the reply, if they were counted."""

    text: str
    tokens: tuple[int, int] | None = None


class Client(Protocol):
    """A model that can be asked, by several threads at a time."""

    @property
    def model(self) -> str:
        """The model's name."""
        ...

    def complete(self, messages: Sequence[Message]) -> Reply:
        """Return the reply to a conversation; `ClientError` if there is none."""
        ...


class Endpoint:
    """A model behind an OpenAI-compatible address.

    The key is taken from the environment variable `OPENAI_API_KEY`; endpoints on one's own
    machine mostly need none. Raises `MissingExtraError` without the extra `[llm]`.
    """

    def __init__(self, base_url: str, model: str) -> None:
        self.model = model
        self._openai = needed("openai", "asking a language model", "llm")
        self._client = self._openai.OpenAI(
            base_url=base_url,
            api_key=os.environ.get(KEY_VARIABLE) or "none",
            max_retries=_RETRIES,
            timeout=_SECONDS,
        )

    def complete(self, messages: Sequence[Message]) -> Reply:
        """Return the most likely reply."""
        try:
            found = self._client.chat.completions.create(
                model=self.model, messages=list(messages), temperature=0
            )
        except self._openai.APIStatusError as error:
            kind = RefusedError if error.status_code in _REFUSED else ClientError
            raise kind(_one_line(f"the endpoint says {error.status_code}: {error}")) from None
        except self._openai.OpenAIError as error:
            raise ClientError(_one_line(f"the endpoint gives no reply: {error}")) from None
        if not found.choices:
            raise RefusedError("the endpoint gives no choices")
        usage = found.usage
        tokens = (usage.prompt_tokens, usage.completion_tokens) if usage else None
        return Reply(found.choices[0].message.content or "", tokens)


class Scripted:
    """Replies that are given beforehand, one after the other; `asked` holds the conversations."""

    def __init__(self, replies: Iterable[str], model: str = "scripted") -> None:
        self.model = model
        self.asked: list[list[Message]] = []
        self._replies = iter(replies)
        self._lock = threading.Lock()

    def complete(self, messages: Sequence[Message]) -> Reply:
        """Return the next reply; `ClientError` after the last."""
        with self._lock:
            self.asked.append(list(messages))
            reply = next(self._replies, None)
        if reply is None:
            raise ClientError("the script has no more replies")
        return Reply(reply)


class Recorded:
    """A client whose replies are written down, and come from there when they are asked for again.

    The file has one line for each request: its hash, the model, the reply, the tokens. Without a
    client behind it nothing but the recording is asked. Raises `OSError`.
    """

    def __init__(self, path: Path, model: str, behind: Client | None = None) -> None:
        self.model = model
        self._path = path
        self._behind = behind
        self._lock = threading.Lock()
        self._known = dict(_recorded(path)) if path.exists() or behind is None else {}

    def complete(self, messages: Sequence[Message]) -> Reply:
        """Return the recorded reply, or ask; `ClientError` if there is nobody to ask."""
        key = _key(self.model, messages)
        if (known := self._known.get(key)) is not None:
            return known
        if self._behind is None:
            raise ClientError(f"{self._path} has no reply to this request")
        reply = self._behind.complete(messages)
        row = {"request": key, "model": self.model, "reply": reply.text, "tokens": reply.tokens}
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
        self._known[key] = reply
        return reply


def _key(model: str, messages: Sequence[Message]) -> str:
    content = json.dumps([model, [dict(message) for message in messages]], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _recorded(path: Path) -> Iterator[tuple[str, Reply]]:
    """What is in a recording; a line that was cut short is left out."""
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            try:
                row: Any = json.loads(line)
                tokens = tuple(row["tokens"]) if row["tokens"] else None
                yield row["request"], Reply(row["reply"], tokens)
            except (ValueError, KeyError, TypeError):
                continue


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]
