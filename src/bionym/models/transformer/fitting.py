"""How the transformer learns: from corpora to a model in a folder."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Unpack

import numpy as np
from torch import nn

from bionym.data import Audit, Corpus
from bionym.data.align import sentence_ranges
from bionym.data.tags import find_scheme
from bionym.encoders import networks
from bionym.encoders.opening import mismatch
from bionym.errors import ConfigError
from bionym.heads import development, fitting, teacher
from bionym.heads.development import Chosen
from bionym.heads.fitted import FitOptions, Fitted
from bionym.heads.head import TEXT
from bionym.models.transformer import files, heads, kept, teaching
from bionym.models.transformer.encoding import batch_of
from bionym.models.transformer.network import Network, rates
from bionym.models.transformer.reading import Piece, Reader, pieces_of
from bionym.models.transformer.saving import model_of
from bionym.models.transformer.settings import Config
from bionym.trained.store import locate
from bionym.training import batches as batching
from bionym.training import devices, precision
from bionym.training.events import Monitor, Result

EVALUATION_SUBWORDS = 4_096  # of a batch that is scored, padding counted
GIGABYTE = 1e9


def fit(corpora: Mapping[str, Corpus], config: Config, **options: Unpack[FitOptions]) -> Fitted:
    """Train on corpora, by their names; see `Trainable`.

    The audit counts the entities that the heads cannot hold, and those that no window can.
    Raises: ModelError if the encoder is not whole, or a corpus has no entity to learn from.
    """
    return fitting.fit(_Learning, corpora, config, **options)


class _Learning:
    """Network, data and what ties them."""

    def __init__(
        self, corpora: Mapping[str, Corpus], config: Config, audit: Audit, monitors: Sequence[Monitor] = ()
    ) -> None:
        self.config, self.scheme = config, find_scheme(config.scheme)
        self.encoder = networks.open_encoder(_encoder_of(config))
        oddity = mismatch(self.encoder.subwords.tokenizer)
        if oddity:
            audit.change("", "encoder", oddity)
        self.reader = Reader(self.encoder.subwords, config.context, window=config.window, overlap=config.overlap)
        taught = teaching.taught(corpora, self.reader, config, audit)
        self.heads, self.items = taught.heads, taught.items
        lessons, self.counted = teacher.taught(
            config.teacher,
            heads.of_sources(self.heads),
            lambda document: sentence_ranges(self.reader.prepared(document)),
            corpora,
            seed=config.seed,
            monitors=monitors,
        )
        if lessons:
            self.items[TEXT] = list(teaching.from_text(lessons, self.heads, self.reader, config))
        self.lengths = {name: list(map(len, items)) for name, items in self.items.items()}
        self.dev = fitting.development_documents(corpora)
        self.dev_texts = {
            name: [self.reader.texts(self.reader.prepared(document)) for document in documents]
            for name, documents in self.dev.items()
        }
        self.network = Network(config.network, self.encoder, self.heads, self.scheme)
        if config.init is not None:
            files.take_over(self.network, self.heads, locate(config.init))
        training, own = config.training, rates(self.network, config.training.learning_rate, config.training.layer_decay)
        self.settings = training.model_copy(update={"learning_rates": own | training.learning_rates})
        self.kept, self.shown = kept.NOTHING, None

    @property
    def about(self) -> dict[str, Any]:
        """Facts of the run."""
        return {"encoder": self.encoder.about, **teacher.record(self.counted)}

    @contextlib.contextmanager
    def computing(self) -> Iterator[None]:
        """Within, what frozen layers give is there for every window whose subwords stay the same in each epoch."""
        settings = self.config.network
        pieces = pieces_of(text for documents in self.dev_texts.values() for texts in documents for text in texts)
        if not settings.subword_dropout:
            pieces += [item.piece for items in self.items.values() for item in items]
        with devices.prepared(self.settings):
            device = devices.choose(self.settings)
            computing = precision.Precision(self.settings, device)
            room = settings.frozen_gigabytes * GIGABYTE
            with kept.below(self.network.to(device), pieces, computing, most_bytes=room) as self.kept:
                yield
        self.kept = kept.NOTHING

    def batches(self, epoch: int) -> batching.Lazy[Any]:
        """The batches of an epoch."""
        return batching.Lazy(batching.plan(self.lengths, self.config.training, epoch), partial(self._build, epoch))

    def evaluate(self, network: nn.Module) -> dict[str, dict[str, Any]]:
        """Strict scores of each corpus on its development documents, by its own heads."""
        assert isinstance(network, Network)
        found = {}
        finders = files.finders_of(network, self.heads, self.scheme)
        for name, documents in self.dev.items():
            places = heads.places_for(name, self.heads)
            own = [finders[place] for place in places]
            texts = self.dev_texts[name]
            scores_NS = self._scores(network, pieces_of(one for each in texts for one in each), places)
            ranges = [[(text.start, text.end) for text in each] for each in texts]
            predicted = heads.decoded(documents, ranges, scores_NS, own)
            labels = {label for one in own for label in one.labels}
            found[name or "dev"] = development.scored(documents, development.annotated(documents, predicted, labels))
        return found

    def saved(self, result: Result) -> Chosen:
        """The model as it will be loaded anywhere."""
        windows = [item.piece for items in self.items.values() for item in items]
        return model_of(self.network, self.encoder.subwords, self.heads, self.config, self.dev, self.counted, windows)

    def _build(self, epoch: int, planned: batching.Batch) -> Any:
        items = [self.items[name][place] for name, place in planned.items]
        pieces = [item.piece for item in items]
        return batch_of(
            pieces,
            self.encoder.subwords.specials.padding,
            places=heads.places_for(planned.corpora[0], self.heads),
            known=[item.known(epoch) for item in items],
            span_tokens=self.config.network.span_tokens,
            below_BTH=self.kept.of(pieces),
        )

    def _scores(
        self, network: Network, pieces: Sequence[Piece], places: Sequence[int]
    ) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Scores of every token that the windows score, one window behind the other."""
        device = next(network.parameters()).device

        def score(chosen: Sequence[int]) -> np.ndarray[Any, np.dtype[np.float64]]:
            some = [pieces[place] for place in chosen]
            batch = batch_of(some, network.specials.padding, below_BTH=self.kept.of(some))
            return network.scores_of(devices.moved(batch, device), places).double().cpu().numpy()

        num_tokens = [len(piece.firsts_N) for piece in pieces]
        width = sum(network.width(place) for place in places)
        with precision.Precision(self.settings, device).computing():
            return fitting.scores_of_tokens(pieces, num_tokens, width, score, most=EVALUATION_SUBWORDS)


def _encoder_of(config: Config) -> str | Path:
    """The encoder that is named, or that of the model to begin with. Raises: ConfigError."""
    if config.init is not None:
        return locate(config.init) / files.ENCODER
    if not config.encoder:
        raise ConfigError(
            "The setting 'encoder' has no value: name the folder of a pretrained encoder, --set encoder=FOLDER, or its id "
            "on the hub."
        )
    return config.encoder
