"""Make the pictures of the concepts from real output: python docs/pictures.py LEDGER, with the demonstration corpus.

Each picture is an SVG of a few kB in `docs/concepts/`, on a light ground of its own so that it can be read on any.
"""

from __future__ import annotations

import sys
from datetime import date
from html import escape
from pathlib import Path

from detente.ledger import Ledger, open_ledger
from detente.memory import linked_events
from detente.pipeline import code
from detente.records import Event, LinkedEvent, Span
from detente.relations import Relation, relation

FOLDER = Path(__file__).parent / "concepts"
WIDTH = 720
INK, FAINT, COOPERATION, CONFLICT, GROUND = "#22262b", "#6b7280", "#2b5f8a", "#a8541a", "#fbfbf9"
SENTENCE = "Japan agreed on Thursday to lift its curbs on exports to South Korea, the Harbour Gazette reported."
STATUSES = {
    "actual": "Chile closed its border with Peru on Monday.",
    "background": "Chile closed its border with Peru in 1974.",
    "planned": "Chile will close its border with Peru on Monday.",
    "possible": "Chile may close its border with Peru.",
    "denied": "Chile denied that it had closed its border with Peru.",
}


def main(ledger: Path) -> None:
    """Write all pictures."""
    pictures = {"event": event_picture(), "status": status_picture()}
    with open_ledger(ledger, read_only=True) as opened:
        pictures["sources"] = sources_picture(opened)
        pictures["level"] = level_picture(relation(opened, "JPN", "KOR", step="quarter"))
    for name, text in pictures.items():
        (FOLDER / f"{name}.svg").write_text(text, encoding="utf-8")


def svg(height: int, title: str, parts: list[str]) -> str:
    """A picture with its title for those who cannot see it."""
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
            f' font-family="sans-serif" font-size="13" fill="{INK}">',
            f"<title>{escape(title)}</title>",
            f'<rect width="{WIDTH}" height="{height}" rx="6" fill="{GROUND}"/>',
            *parts,
            "</svg>\n",
        ]
    )


def text(x: float, y: float, words: str, **style: object) -> str:
    """Words at a place; `style` are attributes, "_" standing for "-"."""
    told = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in style.items())
    return f'<text x="{x:.1f}" y="{y:.1f}"{told}>{escape(words)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, colour: str = FAINT) -> str:
    """A thin line."""
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{colour}" fill="none"/>'


# -- what counts as an event


def event_picture() -> str:
    """One sentence, with what was read from each of its parts."""
    coded = code(SENTENCE, published=date(2023, 3, 17))
    [event] = [event for event in coded.events if event.event == "AGREE"]
    advance = (WIDTH - 40) / len(SENTENCE)  # of a letter in the fixed font
    parts = [
        text(20, 96, SENTENCE, font_family="monospace", textLength=WIDTH - 40, lengthAdjust="spacingAndGlyphs",
             font_size=11.5, xml_space="preserve")
    ]  # fmt: skip
    for row, (span, label, value) in enumerate(_marks(event)):
        middle = 20 + advance * (span.start + span.end) / 2
        above = row % 2 == 0
        y = 34 if above else 146
        parts.append(
            f'<rect x="{20 + advance * span.start:.1f}" y="82" width="{advance * (span.end - span.start):.1f}"'
            f' height="20" fill="{COOPERATION}" opacity=".16"/>'
        )
        parts.append(line(middle, 82 if above else 102, middle, y + 22 if above else y - 14))
        at = min(max(middle, 60), WIDTH - 72)
        parts.append(text(at, y, label, text_anchor="middle", fill=FAINT, font_size=11))
        parts.append(text(at, y + 16, value, text_anchor="middle"))
    return svg(182, f"The parts of “{SENTENCE}” and what is read from each", parts)


def _marks(event: Event) -> list[tuple[Span, str, str]]:
    actor, recipient = event.actor[0], event.recipient[0]
    assert event.date is not None
    assert event.pledge is not None
    assert event.speaker is not None
    promised, spoken = event.pledge, event.speaker
    when = event.date.text or ""
    start = SENTENCE.index(when)
    return sorted(
        [
            (Span(actor.text, actor.start, actor.end), "actor", f"{actor.code} {actor.sector}"),
            (event.trigger, "event words", f"{event.event}, {event.status}"),
            (Span(when, start, start + len(when)), "date", event.date.start.isoformat()),
            (Span(promised.text, promised.start, promised.end), "pledge", promised.event),
            (Span(recipient.text, recipient.start, recipient.end), "recipient", f"{recipient.code} {recipient.sector}"),
            (Span(spoken.text, spoken.start, spoken.end), "speaker", spoken.name or spoken.text),
        ],
        key=lambda mark: mark[0].start,
    )


# -- status


def status_picture() -> str:
    """One act told in five ways."""
    parts = []
    for row, (status, sentence) in enumerate(STATUSES.items()):
        events = code(sentence, published=date(2023, 3, 17)).events
        found = next((event for event in events if event.status == status and event.event != "REJECT"), None)
        assert found is not None, f"“{sentence}” is not read as {status}"
        y = 34 + 30 * row
        counted = status == "actual"
        parts.append(
            f'<rect x="20" y="{y - 16}" width="104" height="23" rx="4" fill="{COOPERATION if counted else FAINT}"'
            f' opacity="{1 if counted else 0.16}"/>'
        )
        parts.append(text(72, y, status, text_anchor="middle", fill="#ffffff" if counted else INK))
        parts.append(text(142, y, sentence))
        when = f"{found.date.start}" if found.date else "no date"
        parts.append(text(WIDTH - 20, y, "counted" if counted else "kept apart", text_anchor="end", fill=FAINT))
        parts.append(text(WIDTH - 110, y, when, text_anchor="end", fill=FAINT))
    return svg(34 + 30 * len(STATUSES) - 8, "One act told with five statuses; only actual ones are counted", parts)


# -- sources


def sources_picture(ledger: Ledger) -> str:
    """The act of the corpus with most reports on fewer sources: reports on the left, roots on the right."""
    acts = [act for act in linked_events(ledger) if 1 < act.independent_sources < len(act.reports)]
    act = max(acts, key=lambda act: (len(act.reports), act.independent_sources, act.id))
    return _told_by(act)


def _told_by(act: LinkedEvent) -> str:
    reports = sorted(act.reports, key=lambda report: (report.root, str(report.published)))
    roots = list(dict.fromkeys(report.root for report in reports))
    height = 66 + 34 * len(reports)
    publishers = {report.event.article: report.publisher or report.event.article for report in act.reports}
    parts = [
        text(20, 30, f"{len(reports)} reports of one act", font_weight="bold"),
        text(WIDTH - 20, 30, f"{act.independent_sources} independent sources", text_anchor="end", font_weight="bold"),
    ]
    places = {}
    for root in roots:
        own = [row for row, report in enumerate(reports) if report.root == root]
        places[root] = 64 + 34 * sum(own) / len(own)
        name = root.removeprefix("outlet:") if root.startswith("outlet:") else publishers.get(root, root)
        parts.append(text(WIDTH - 20, places[root] + 4, name, text_anchor="end", fill=COOPERATION))
        parts.append(f'<circle cx="{WIDTH - 240}" cy="{places[root]:.1f}" r="5" fill="{COOPERATION}"/>')
    for row, report in enumerate(reports):
        y = 64 + 34 * row
        parts.append(text(20, y + 4, f"{report.published}  {report.publisher or ''}"))
        parts.append(f'<circle cx="250" cy="{y}" r="4" fill="{FAINT}"/>')
        parts.append(line(254, y, WIDTH - 245, places[report.root]))
    return svg(height, "Reports of one act and the sources that their words come from", parts)


# -- level and turns


def level_picture(how: Relation) -> str:
    """Mean scores of quarters, the level with its bands, and the turns."""
    shown = [
        (period, level)
        for period, level in zip(how.series.periods, how.levels, strict=True)
        if level.start >= date(2018, 10, 1) and level.level is not None
    ]
    left, right, top, bottom = 46, WIDTH - 20, 20, 240
    first, last = shown[0][1].start.toordinal(), shown[-1][1].end.toordinal()

    def x(day: date) -> float:
        return left + (right - left) * (day.toordinal() - first) / (last - first)

    def y(value: float | None) -> float:
        return top + (bottom - top) * (10 - max(-10.0, min(10.0, value or 0.0))) / 20

    parts = [line(left, y(v), right, y(v), "#d9dad6") + text(left - 8, y(v) + 4, f"{v:+d}" if v else "0",
             text_anchor="end", fill=FAINT, font_size=11) for v in (-10, -5, 0, 5, 10)]  # fmt: skip
    for year in range(shown[0][1].start.year + 1, shown[-1][1].start.year + 1):
        parts.append(text(x(date(year, 1, 1)), bottom + 18, str(year), fill=FAINT, font_size=11, text_anchor="middle"))
    for low, high, opacity in (("low95", "high95", 0.14), ("low80", "high80", 0.2)):
        up = " ".join(f"{x(level.start):.1f},{y(getattr(level, high)):.1f}" for _, level in shown)
        down = " ".join(f"{x(level.start):.1f},{y(getattr(level, low)):.1f}" for _, level in reversed(shown))
        parts.append(f'<polygon points="{up} {down}" fill="{COOPERATION}" opacity="{opacity}"/>')
    path = "L".join(f"{x(level.start):.1f} {y(level.level):.1f}" for _, level in shown)
    parts.append(f'<path d="M{path}" stroke="{COOPERATION}" stroke-width="2" fill="none"/>')
    for period, _ in shown:
        if period.mean is not None:
            radius = 1.5 + min(period.events, 20) ** 0.5
            parts.append(f'<circle cx="{x(period.start):.1f}" cy="{y(period.mean):.1f}" r="{radius:.1f}"'
                         f' fill="{CONFLICT}" opacity=".7"/>')  # fmt: skip
    parts.append(text(left, bottom + 40, "line and bands: the level, 80 % and 95 %", fill=COOPERATION, font_size=12))
    parts.append(text(right, bottom + 40, "dots: mean score of a quarter, larger with more acts", fill=CONFLICT,
                      font_size=12, text_anchor="end"))  # fmt: skip
    return svg(bottom + 54, "The level of Japan and South Korea in the demonstration corpus, 2018 to 2024", parts)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
