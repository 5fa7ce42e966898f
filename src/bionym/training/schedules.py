"""Learning rates over time, as shares of the highest one.

Each schedule is a function of where the run stands, without memory, so a run that is taken up again needs no state.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from bionym.training.settings import TrainingSettings

START, END = 25.0, 1e4  # one-cycle rises from 1/25 and falls to 1/25 of 1/10,000 of the highest rate

Schedule = Callable[[float, Sequence[float], TrainingSettings], float]


def share(position: float, scores: Sequence[float], settings: TrainingSettings) -> float:
    """The share of the highest learning rate that the schedule of the settings takes now.

    Args:
        position: epochs done, with the part of the one under way: 2.5 in the middle of the third.
        scores: development scores of the epochs done, higher is better; only plateau reads them.
    """
    return SCHEDULES[settings.schedule](position, scores, settings)


def constant(position: float, scores: Sequence[float], settings: TrainingSettings) -> float:
    """Always the highest."""
    return 1.0


def linear(position: float, scores: Sequence[float], settings: TrainingSettings) -> float:
    """Up from 0 in a line, then down to 0 in a line. Source: Devlin et al. 2019, appendix A.2."""
    done = position / settings.epochs
    return _rise(done, settings) if done < settings.warmup else 1 - _fall(done, settings)


def cosine(position: float, scores: Sequence[float], settings: TrainingSettings) -> float:
    """Up from 0 in a line, then down to 0 along half a cosine. Source: Loshchilov and Hutter 2017, without restarts."""
    done = position / settings.epochs
    return _rise(done, settings) if done < settings.warmup else _cosine(1.0, 0.0, _fall(done, settings))


def one_cycle(position: float, scores: Sequence[float], settings: TrainingSettings) -> float:
    """Up from a 25th, then down to nearly nothing, along cosines. Source: Smith 2018. Leaves out: momentum in turn."""
    done = position / settings.epochs
    if done < settings.warmup:
        return _cosine(1 / START, 1.0, _rise(done, settings))
    return _cosine(1.0, 1 / START / END, _fall(done, settings))


def inverse(position: float, scores: Sequence[float], settings: TrainingSettings) -> float:
    """1 / (1 + decay * epochs done), as LM-LSTM-CRF has it."""
    return 1 / (1 + settings.decay * math.floor(position))


def plateau(position: float, scores: Sequence[float], settings: TrainingSettings) -> float:
    """A factor less after each `plateau_patience` + 1 epochs without a better score."""
    factor, best, waited = 1.0, -math.inf, 0
    for score in scores:
        best, waited = (score, 0) if score > best else (best, waited + 1)
        if waited > settings.plateau_patience:
            factor, waited = factor * settings.plateau_factor, 0
    return factor


def _rise(done: float, settings: TrainingSettings) -> float:
    return done / settings.warmup


def _fall(done: float, settings: TrainingSettings) -> float:
    return min((done - settings.warmup) / (1 - settings.warmup), 1.0)


def _cosine(start: float, end: float, done: float) -> float:
    return end + (start - end) / 2 * (1 + math.cos(math.pi * done))


SCHEDULES: Mapping[str, Schedule] = MappingProxyType(
    {
        "constant": constant,
        "linear": linear,
        "cosine": cosine,
        "one-cycle": one_cycle,
        "inverse": inverse,
        "plateau": plateau,
    }
)
