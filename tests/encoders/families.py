"""Tiny encoders with random weights, one of each family, each with a tokenizer of its kind learned from a few lines."""

import json
import os
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch
import transformers
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

TEXT = (
    "Mild ataxia and fever after 10 mg of Aspirin.",
    "The patient has no diabetes mellitus (type 2), IL-2 was 3.5 and naïve β-blocker.",
    "Ataxia-telangiectasia, breast cancer; Tamoxifen was given.",
) * 4
SIZES = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 48,
    "max_position_embeddings": 64,
}


def wordpiece(*, lowercase: bool) -> Tokenizer:
    """As BERT's."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(TEXT, trainers.WordPieceTrainer(vocab_size=200, special_tokens=specials))
    return edged(tokenizer, "[CLS]", "[SEP]")


def byte_level() -> Tokenizer:
    """As RoBERTa's and ModernBERT's."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator(TEXT, trainer)
    return edged(tokenizer, "<s>", "</s>")


def unigram() -> Tokenizer:
    """As DeBERTa's, made by SentencePiece."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    specials = ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"]
    tokenizer.train_from_iterator(
        TEXT, trainers.UnigramTrainer(vocab_size=150, special_tokens=specials, unk_token="[UNK]")
    )
    return edged(tokenizer, "[CLS]", "[SEP]")


def edged(tokenizer: Tokenizer, start: str, end: str) -> Tokenizer:
    """With what stands before and behind a text."""
    names = [(name, tokenizer.token_to_id(name)) for name in (start, end)]
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{start} $A {end}", special_tokens=names)
    return tokenizer


def bert(folder: Path, *, lowercase: bool = True) -> Path:
    """BERT with `tokenizer.json`."""
    return saved(folder, wordpiece(lowercase=lowercase), transformers.BertModel, transformers.BertConfig)


def roberta(folder: Path) -> Path:
    """RoBERTa, whose positions begin behind that of the padding."""
    return saved(folder, byte_level(), transformers.RobertaModel, transformers.RobertaConfig, pad_token_id=1)


def deberta(folder: Path) -> Path:
    """DeBERTa, with positions relative to each other."""
    relative = {"relative_attention": True, "pos_att_type": ["p2c", "c2p"], "position_biased_input": False}
    relative |= {"position_buckets": 16, "norm_rel_ebd": "layer_norm", "share_att_key": True, "type_vocab_size": 0}
    return saved(folder, unigram(), transformers.DebertaV2Model, transformers.DebertaV2Config, **relative)


def electra(folder: Path) -> Path:
    """ELECTRA, cased here."""
    tokenizer = wordpiece(lowercase=False)
    return saved(folder, tokenizer, transformers.ElectraModel, transformers.ElectraConfig, embedding_size=16)


def modernbert(folder: Path) -> Path:
    """ModernBERT, with local attention in some layers."""
    numbers = {"pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2, "cls_token_id": 0, "sep_token_id": 2}
    return saved(
        folder,
        byte_level(),
        transformers.ModernBertModel,
        transformers.ModernBertConfig,
        local_attention=16,
        global_attn_every_n_layers=2,
        **numbers,
    )


def saved(folder: Path, tokenizer: Tokenizer, network: type, config: type, **settings: object) -> Path:
    """An encoder in a folder."""
    torch.manual_seed(1)
    transformers.utils.logging.disable_progress_bar()
    made = network(config(vocab_size=tokenizer.get_vocab_size(), **SIZES, **settings))
    made.save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def old_layout(folder: Path, new: Path) -> Path:
    """An encoder with `pytorch_model.bin`, `vocab.txt` and a `config.json` that does not say its kind, as of 2019."""
    from safetensors.torch import load_file

    folder.mkdir()
    weights = {f"bert.{name}": value for name, value in load_file(new / "model.safetensors").items()}
    renamed = {
        name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): value
        for name, value in weights.items()
    }
    torch.save(renamed, folder / "pytorch_model.bin")
    config = json.loads((new / "config.json").read_text(encoding="utf-8"))
    kept = {key: value for key, value in config.items() if key not in ("model_type", "architectures")}
    (folder / "config.json").write_text(json.dumps(kept), encoding="utf-8")
    vocabulary = Tokenizer.from_file(str(new / "tokenizer.json")).get_vocab()
    (folder / "vocab.txt").write_text(
        "\n".join(sorted(vocabulary, key=vocabulary.__getitem__)) + "\n", encoding="utf-8"
    )
    return folder


FAMILIES = {"bert": bert, "roberta": roberta, "deberta-v2": deberta, "electra": electra, "modernbert": modernbert}
