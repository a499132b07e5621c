"""Charts of relations as files: HTML, SVG or PNG, made without a network. Needs the extra `plot`.

The charts are Vega-Lite's, by Altair; vl-convert draws them and puts the scripts of an HTML page into it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from detente.codebook import QUAD_NAMES
from detente.comparison import Band, Comparison
from detente.dyads import DyadSeries, Period
from detente.errors import ConfigError
from detente.names import country_name
from detente.relations import LevelOn, Relation, Turn

FORMS = (".html", ".svg", ".png")
WIDTH, HEIGHT = 640, 240
# Okabe and Ito (2008), colours that can be told apart with any colour vision.
QUAD_COLOURS = {1: "#56b4e9", 2: "#0072b2", 3: "#e69f00", 4: "#d55e00"}
PAIR_COLOURS = ("#0072b2", "#d55e00")
TURN_COLOURS = {"better": "#0072b2", "worse": "#d55e00"}


def level_chart(how: Relation) -> Any:
    """The level by period with its bands of 80 and 95 %, mean scores as points sized by their acts, and turns as rules.

    Raises ConfigError where the extra is not installed.
    """
    alt = _altair()
    rows = [
        {**_level_row(level), "mean": period.mean, "acts": period.events}
        for period, level in zip(how.series.periods, how.levels, strict=True)
    ]
    base = alt.Chart(alt.Data(values=rows)).encode(_time(alt))
    score = alt.Scale(domain=[-10, 10])
    wide = base.mark_area(opacity=0.15, color=PAIR_COLOURS[0]).encode(
        alt.Y("low95:Q", title="level, with bands of 80 and 95 %", scale=score), alt.Y2("high95:Q")
    )
    narrow = base.mark_area(opacity=0.2, color=PAIR_COLOURS[0]).encode(alt.Y("low80:Q"), alt.Y2("high80:Q"))
    line = base.mark_line(color=PAIR_COLOURS[0]).encode(alt.Y("level:Q"))
    told = [row for row in rows if row["acts"]]
    means = (
        alt.Chart(alt.Data(values=told))
        .mark_circle(color="#666666", opacity=0.5)
        .encode(_time(alt), alt.Y("mean:Q"), alt.Size("acts:Q", title="acts"))
    )
    turns = (
        alt.Chart(alt.Data(values=[_turn_row(turn) for turn in how.turns]))
        .mark_rule(strokeDash=[4, 3])
        .encode(
            _time(alt),
            alt.Color(
                "direction:N",
                title="turn",
                scale=alt.Scale(domain=list(TURN_COLOURS), range=list(TURN_COLOURS.values())),
            ),
            tooltip=["start:N", "direction:N", "what:N", "size:Q"],
        )
    )
    layers = (wide, narrow, line, means, turns) if how.turns else (wide, narrow, line, means)
    return _framed(alt.layer(*layers), _title(how.series.pair))


def quads_chart(series: DyadSeries) -> Any:
    """Acts by period and quad code, conflict below the axis.

    Raises ConfigError where the extra is not installed.
    """
    alt = _altair()
    rows = [row for period in series.periods for row in _stacked(period)]
    colours = alt.Scale(domain=list(QUAD_NAMES.values()), range=[QUAD_COLOURS[quad] for quad in QUAD_NAMES])
    bars = (
        alt.Chart(alt.Data(values=rows))
        .mark_bar()
        .encode(
            _time(alt),
            alt.X2("end:T"),
            alt.Y("low:Q", title=f"acts by {series.step}, conflict downward"),
            alt.Y2("high:Q"),
            alt.Color("quad:N", title=None, scale=colours),
        )
    )
    return _framed(bars, _title(series.pair))


def relation_chart(how: Relation) -> Any:
    """The level above the acts by quad code, by the same periods.

    Raises ConfigError where the extra is not installed.
    """
    alt = _altair()
    return alt.vconcat(level_chart(how), quads_chart(how.series).properties(title="")).resolve_scale(
        color="independent"
    )


def comparison_chart(comparison: Comparison) -> Any:
    """The levels of two dyads over the same periods, each with its band of 80 %, and below the difference of the two.

    Raises ConfigError where the extra is not installed.
    """
    alt = _altair()
    names = [_title(comparison.one), _title(comparison.other)]
    rows = [
        {"dyad": name, **_band_row(period.start, band)}
        for period in comparison.periods
        for name, band in zip(names, (period.one, period.other), strict=True)
    ]
    both = alt.Chart(alt.Data(values=rows)).encode(
        _time(alt), alt.Color("dyad:N", title=None, scale=alt.Scale(domain=names, range=list(PAIR_COLOURS)))
    )
    levels = both.mark_area(opacity=0.15).encode(
        alt.Y("low80:Q", title="levels, with bands of 80 %", scale=alt.Scale(domain=[-10, 10])), alt.Y2("high80:Q")
    ) + both.mark_line().encode(alt.Y("level:Q"))
    apart = [_band_row(period.start, period.difference) for period in comparison.periods]
    base = alt.Chart(alt.Data(values=apart)).encode(_time(alt))
    zero = alt.Chart(alt.Data(values=[{"zero": 0}])).mark_rule(color="#999999").encode(alt.Y("zero:Q"))
    difference = (
        base.mark_area(opacity=0.15, color="#444444").encode(
            alt.Y("low80:Q", title="difference, 80 %"), alt.Y2("high80:Q")
        )
        + base.mark_line(color="#444444").encode(alt.Y("level:Q"))
        + zero
    )
    title = f"{names[0]} and {names[1]}"
    return alt.vconcat(
        levels.properties(width=WIDTH, height=HEIGHT), difference.properties(width=WIDTH, height=HEIGHT // 2)
    ).properties(title=title)


def save(chart: Any, file: Path) -> None:
    """Write a chart, under a temporary name until it is whole; the ending of the file's name says as what.

    Raises ConfigError for an ending that is not in FORMS, and where the extra is not installed.
    """
    form = file.suffix.lower()
    if form not in FORMS:
        raise ConfigError(f"{file.name!r} does not say what kind of picture it is; end it with {', '.join(FORMS)}.")
    _needed("vl_convert")
    part = file.with_name(f".{file.stem}.part{form}")
    try:
        if form == ".html":
            chart.save(part, inline=True)  # the page holds all its scripts
        else:
            chart.save(part, scale_factor=2 if form == ".png" else 1)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _altair() -> Any:
    return _needed("altair")


def _needed(module: str) -> Any:
    try:
        return import_module(module)
    except ImportError as error:
        raise ConfigError(
            f"Charts need {module.replace('_', '-')}, which is not installed. Run: pip install 'detente[plot]'"
        ) from error


def _time(alt: Any) -> Any:
    return alt.X("start:T", title=None, scale=alt.Scale(type="utc"))


def _framed(chart: Any, title: str) -> Any:
    return chart.properties(width=WIDTH, height=HEIGHT, title=title)


def _title(pair: Sequence[str]) -> str:
    return " – ".join(country_name(side) or side for side in pair)


def _stacked(period: Period) -> Iterator[dict[str, object]]:
    """The bars of a period: cooperation upward from 0, conflict downward."""
    for quads, way in (((1, 2), 1), ((3, 4), -1)):
        reached = 0
        for quad in quads:
            low, reached = reached, reached + way * period.quads[quad]
            if low != reached:
                days = {"start": period.start.isoformat(), "end": period.end.isoformat()}
                yield {**days, "quad": QUAD_NAMES[quad], "low": low, "high": reached}


def _level_row(level: LevelOn) -> dict[str, object]:
    names = ("level", "low80", "high80", "low95", "high95")
    return {"start": level.start.isoformat(), **{name: getattr(level, name) for name in names}}


def _band_row(start: date, band: Band) -> dict[str, object]:
    return {"start": start.isoformat(), "level": band.value, "low80": band.low80, "high80": band.high80}


def _turn_row(turn: Turn) -> dict[str, object]:
    point = turn.point
    return {
        "start": point.start.isoformat(),
        "direction": point.direction,
        "what": ", ".join(point.what),
        "size": None if point.size is None else round(point.size, 2),
    }
