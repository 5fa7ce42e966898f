"""Tiny networks for both ways between Bionym and Hugging Face: random weights, labels that are decided clearly."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from tokenizers import Tokenizer

from bionym import config as configuration
from bionym.data import Audit, Document
from bionym.data.tags import find_scheme
from bionym.encoders.networks import open_encoder
from bionym.heads.head import Head
from bionym.models import transformer
from bionym.models.transformer.network import Network
from bionym.models.transformer.reading import pieces_of
from bionym.models.transformer.saving import model_of
from bionym.models.transformer.settings import Config
from bionym.text.prepare import tokenized
from bionym.trained import store
from bionym.trained.record import Fingerprint, describe
from tests.encoders import families

TEXTS = (families.TEXT[0], families.TEXT[2])
NAMES = ("O", "B-Disease", "I-Disease", "B-Drug", "I-Drug")
KINDS = {
    "bert": transformers.BertForTokenClassification,
    "roberta": transformers.RobertaForTokenClassification,
    "deberta-v2": transformers.DebertaV2ForTokenClassification,
    "electra": transformers.ElectraForTokenClassification,
    "modernbert": transformers.ModernBertForTokenClassification,
}


def model(out: Path, encoder: Path, *settings: str, heads: Sequence[Head] = ()) -> Path:
    """A Bionym model with random heads, saved as trained ones are."""
    config = configuration.load(Config, None, [f"encoder={encoder}", "context=sentence", "weights=torch", *settings])
    opened = open_encoder(encoder)
    heads = heads or (Head("", find_scheme(config.scheme).tags(["Disease", "Drug"])),)
    torch.manual_seed(3)
    network = Network(config.network, opened, heads, find_scheme(config.scheme))
    for weight in network.parameters():
        if weight.ndim == 1:  # of norms too, so that none is neutral
            weight.data += 0.1 * torch.randn_like(weight)
    for head in network.scores:
        torch.nn.init.normal_(head.get_parameter("weight"))
    for place in range(len(heads)):
        for part in network.outputs[place].parameters():
            torch.nn.init.normal_(part)
    return save(model_of(network, opened.subwords, heads, config, {}).tagger, out)


def save(tagger: transformer.Transformer, out: Path) -> Path:
    """With a record, as trained models have."""
    record = describe(tagger, "transformer", Fingerprint(), Audit(), seconds=0, sources=["/secret/place"])
    store.save(tagger, out, record)
    return out


def foreign(out: Path, family: str, names: Sequence[str] = NAMES, **settings: Any) -> Path:
    """A classifier as others save them, its tokenizer with it."""
    encoder = families.FAMILIES[family](out.with_name(f"{out.name}-encoder"))
    config = transformers.AutoConfig.from_pretrained(encoder)
    config.id2label = dict(enumerate(names))
    config.label2id = {name: number for number, name in enumerate(names)}
    torch.manual_seed(4)
    network = KINDS[family](config)
    for name, weight in network.named_parameters():
        if weight.ndim == 1:
            weight.data += 0.1 * torch.randn_like(weight)
        if name.startswith("classifier.weight"):
            torch.nn.init.normal_(weight)
    transformers.utils.logging.disable_progress_bar()
    network.save_pretrained(out)
    tokenizer_of(encoder).save_pretrained(out)
    return out


def tokenizer_of(encoder: Path) -> Any:
    """The tokenizer of an encoder, as transformers has it."""
    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    vocabulary = tokenizer.get_vocab()
    named = {"cls_token": ("[CLS]", "<s>"), "sep_token": ("[SEP]", "</s>"), "pad_token": ("[PAD]", "<pad>")}
    named |= {"unk_token": ("[UNK]", "<unk>"), "mask_token": ("[MASK]", "<mask>")}
    called = {key: next(name for name in names if name in vocabulary) for key, names in named.items()}
    return transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=64, **called)


def pipeline(folder: Path, strategy: str, **options: Any) -> Any:
    """What transformers makes of a folder."""
    return transformers.pipeline(
        "token-classification", model=str(folder), device="cpu", aggregation_strategy=strategy, **options
    )


def theirs(find: Any, text: str) -> list[tuple[int, int, str]]:
    """Entities that a pipeline finds."""
    return [(one["start"], one["end"], one["entity_group"]) for one in find(text)]


def ours(tagger: Any, text: str) -> list[tuple[int, int, str]]:
    """Entities that Bionym finds in a text that is one sentence."""
    return [(one.start, one.end, one.label) for one in predicted(tagger, text).entities]


def predicted(tagger: Any, text: str) -> Document:
    """A text that is one sentence, with its entities."""
    return next(iter(tagger.predict([whole(text)])))


def whole(text: str) -> Document:
    """A text as one sentence."""
    document = tokenized(Document("text", text))
    return document.with_tokens(document.tokens, ())


def probabilities(tagger: Any, text: str) -> np.ndarray[Any, Any]:
    """Of each tag, for every token."""
    texts = tagger._reader.texts(tagger._reader.prepared(whole(text)))
    scores_NS = tagger._runtime.scores(pieces_of(texts))[:, tagger._columns]
    weights_NS = np.exp(scores_NS - scores_NS.max(axis=1, keepdims=True))
    return weights_NS / weights_NS.sum(axis=1, keepdims=True)


def highest(folder: Path, text: str) -> dict[int, float]:
    """The probability of the best tag of the subword that begins a word, as a pipeline has it, by the word's first letter."""
    found = reversed(pipeline(folder, "none", ignore_labels=[])(text))  # "Ġ" alone stands where the word behind it does
    return {len(text) - len(text[one["start"] :].lstrip()): float(one["score"]) for one in found}
