"""Plots of the report as SVG in text: bars with whiskers, lines, a reliability diagram.

They are written by hand, and not by matplotlib, because the page must be light, alike in every place and readable by all:
a bar is 300 bytes instead of 20 kB; colours are the page's CSS variables, so that dark mode and print change them; the
letters are letters, for the browser's zoom and for screen readers; and the core needs no new dependency. What they leave out
is everything that the report does not need: no logarithms, no dates, no placing of labels.

Every plot has `role="img"`, a `<title>` and, where it has more to say, a `<desc>`; the page puts its numbers in a table
beside it. Shares are from 0 to 1; colours and dashes are classes of the page's style sheet, `line-1` to `line-6`.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from markupsafe import Markup

WIDTH, HEIGHT = 440, 280  # of the frame of a diagram, in its own units
LEFT, RIGHT, TOP, BOTTOM = 46, 14, 12, 44
MAX_LINES = 6  # more are drawn thin and alike, without names
_LEGEND_ROW, _NAME_CHARS = 20, 24

Point = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """A named line through points, in the order of x."""

    name: str
    points: Sequence[Point]


@dataclass(frozen=True)
class Frame:
    """Where values lie in a diagram: the ranges and names of its two axes, and whether x counts something."""

    x: tuple[float, float]
    y: tuple[float, float]
    x_name: str
    y_name: str
    counts_x: bool = False

    def place(self, x: float, y: float) -> Point:
        """The position of a value, in units of the diagram."""
        across = (x - self.x[0]) / ((self.x[1] - self.x[0]) or 1)
        up = (y - self.y[0]) / ((self.y[1] - self.y[0]) or 1)
        return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)


def bar(share: float, title: str, interval: Sequence[float] | None = None) -> Markup:
    """A bar from 0 to 1 in its track, with a whisker from the low to the high end of the interval."""
    parts = [
        '<rect class="track" width="100" height="12"/>',
        f'<rect class="bar" width="{_n(100 * share)}" height="12"/>',
    ]
    if interval:
        low, high = (_n(100 * end) for end in interval)
        parts.append(f'<path class="whisker" d="M{low} 6H{high}M{low} 2V10M{high} 2V10"/>')
    return _svg("bar", (100, 12), title, "", parts, stretched=True)


def lines(drawn: Sequence[Line], frame: Frame, title: str, description: str = "") -> Markup:
    """Lines over one pair of axes, their names below if there are several; beyond six all but the first stay unnamed."""
    named = drawn if len(drawn) <= MAX_LINES else drawn[:1]
    legend = named if len(drawn) > 1 else ()
    parts = [*_axes(frame)]
    for number, line in reversed([*enumerate(drawn, 1)]):  # the first on top
        style = f"line-{number}" if number <= len(named) else "line-thin"
        parts.append(f'<path class="line {style}" d="{_path(frame.place(*point) for point in line.points)}"/>')
    parts += _legend(legend)
    rows = math.ceil(len(legend) / 2)
    return _svg("plot", (WIDTH, HEIGHT + rows * _LEGEND_ROW), title, description, parts)


def reliability(bins: Sequence[Mapping[str, Any]], frame: Frame, title: str, description: str = "") -> Markup:
    """Share that is right by mean score: dots, the larger the more entities, tied to the line where the two are equal."""
    (left, bottom), (right, top) = frame.place(frame.x[0], frame.x[0]), frame.place(frame.x[1], frame.x[1])
    parts = [*_axes(frame), f'<path class="ideal" d="M{_n(left)} {_n(bottom)}L{_n(right)} {_n(top)}"/>']
    filled = [part for part in bins if part["number"]]
    most = max((part["number"] for part in filled), default=1)
    for part in filled:
        x, y = frame.place(part["mean_score"], part["share_right"])
        _, diagonal = frame.place(part["mean_score"], part["mean_score"])
        parts.append(f'<path class="gap" d="M{_n(x)} {_n(diagonal)}V{_n(y)}"/>')
        parts.append(
            f'<circle class="dot" cx="{_n(x)}" cy="{_n(y)}" r="{_n(3 + 8 * math.sqrt(part["number"] / most))}"/>'
        )
    return _svg("plot", (WIDTH, HEIGHT), title, description, parts)


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers from low to high, `most` steps at most: tens, twenties, fifties of some size."""
    size = max(high - low, 1e-9) / most
    power = 10 ** math.floor(math.log10(size))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= size * 0.999)
    first, last = math.ceil(round(low / step, 6)), math.floor(round(high / step, 6))
    return [round(place * step, 10) for place in range(first, last + 1)]


def _axes(frame: Frame) -> Iterator[str]:
    """Lines of the grid, their numbers, and the names of the axes."""
    middle = (LEFT + WIDTH - RIGHT) / 2, (TOP + HEIGHT - BOTTOM) / 2
    for value in ticks(*frame.y):
        _, y = frame.place(frame.x[0], value)
        yield f'<path class="grid" d="M{LEFT} {_n(y)}H{WIDTH - RIGHT}"/>'
        yield f'<text x="{LEFT - 7}" y="{_n(y + 4)}" text-anchor="end">{_number(value)}</text>'
    for value in ticks(*frame.x):
        if frame.counts_x and value != round(value):
            continue
        x, _ = frame.place(value, frame.y[0])
        yield f'<path class="grid" d="M{_n(x)} {HEIGHT - BOTTOM}v4"/>'
        yield f'<text x="{_n(x)}" y="{HEIGHT - BOTTOM + 17}" text-anchor="middle">{value:g}</text>'
    yield f'<text class="axis" x="{_n(middle[0])}" y="{HEIGHT - 7}" text-anchor="middle">{escape(frame.x_name)}</text>'
    yield (
        f'<text class="axis" transform="translate(11 {_n(middle[1])}) rotate(-90)" text-anchor="middle">'
        f"{escape(frame.y_name)}</text>"
    )


def _legend(drawn: Sequence[Line]) -> Iterator[str]:
    """Samples of the lines with their names, two in a row."""
    for place, line in enumerate(drawn):
        x, y = LEFT + place % 2 * (WIDTH - LEFT) / 2, HEIGHT + 8 + place // 2 * _LEGEND_ROW
        name = line.name if len(line.name) <= _NAME_CHARS else f"{line.name[: _NAME_CHARS - 1]}…"
        yield f'<path class="line line-{place + 1}" d="M{_n(x)} {_n(y)}h26"/>'
        yield f'<text x="{_n(x + 33)}" y="{_n(y + 4)}">{escape(name)}</text>'


def _path(points: Iterable[Point]) -> str:
    return "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points)


def _svg(
    kind: str, size: tuple[float, float], title: str, description: str, parts: Iterable[str], *, stretched: bool = False
) -> Markup:
    ratio = ' preserveAspectRatio="none"' if stretched else ""
    texts = f"<title>{escape(title)}</title>" + (f"<desc>{escape(description)}</desc>" if description else "")
    return Markup(
        f'<svg class="{kind}" role="img" viewBox="0 0 {size[0]} {size[1]}"{ratio}>{texts}{"".join(parts)}</svg>'
    )


def _number(value: float) -> str:
    """As short as it can be: there is little room before the axis."""
    short, shortest = (f"{value:{form}}".replace("e-0", "e-").replace("e+0", "e") for form in ("g", ".0e"))
    return short if len(short) <= 5 else shortest


def _n(number: float) -> str:
    """A number with no more digits than the eye sees."""
    return f"{number:.1f}".removesuffix(".0")
