"""The embedded model's own tokenizer: byte-level BPE over tokens with numbered names."""

from __future__ import annotations

from collections.abc import Iterable

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from effilint.detectors.names import normalised
from effilint.detectors.syntax import parsed

MARKS = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
_LONGEST = 40  # characters of a token: what texts and numbers say beyond them is no matter of cost


def tokenizer_of(texts: Iterable[str], *, size: int = 4096) -> Tokenizer:
    """Return a tokenizer of at most `size` pieces, learned from programs.

    Its first pieces are RoBERTa's marks, in RoBERTa's order, and all 256 bytes.
    """
    made = Tokenizer(models.BPE(unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        min_frequency=2,
        show_progress=False,
        special_tokens=list(MARKS),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
    )
    made.train_from_iterator(_words(texts), trainer)
    return made


def _words(texts: Iterable[str]) -> Iterable[list[str]]:
    """The tokens of each program, spelled as `encoding.Encoder` does."""
    for text in texts:
        yield [f" {leaf.text[:_LONGEST]}" for leaf in normalised(parsed(text))]
