// Charts that several pages draw, as SVG styled by charts.css alone: colours follow the theme by themselves, and an
// exported file carries them along. Load before a page's own script:
//
//   <link rel="stylesheet" href="{{ asset('charts.css') }}">
//   <script src="{{ asset('vendor/d3.min.js') }}" defer></script>
//   <script src="{{ asset('charts.js') }}" defer></script>
//
// Days are "YYYY-MM-DD", as in the twins; periods run from `start` up to but not including `end`.
//
//   charts.drawSparkline(box, {levels, label, width = 120, height = 28})
//       `levels`: [{start, level, low80, high80}], as `Relation.levels`; gaps where the level is null.
//   charts.drawLevel(box, {levels, turns, label, domain, height = 260, onTurn, onRange, range})
//       `levels` with low95 and high95 too; `turns`: [{start, earliest, latest, lasting, end, direction, title}];
//       `domain`: [first day, last day), else that of the levels. `onTurn(index)` is called when a turn is clicked or
//       chosen by keyboard; `onRange([from, to] | null)` when days are picked by dragging or by the arrow keys on an
//       edge, whole periods, `to` not included. Without onRange there is no brush.
//   charts.drawQuads(box, {periods, label, domain, height = 150, range})
//       `periods`: [{start, end, quads: {1: n, 2: n, 3: n, 4: n}, thin}], cooperation up and conflict down.
//   charts.drawLines(box, {lines, label, domain, height = 180})
//       `lines`: [{name, points: [{start, value}]}], up to four, each told by its dashes and its name at its end.
//
// Each empties `box`, fills its width, draws again when that changes, and gives {svg(), setRange(range)}.
//
//   charts.exportChart(svg, name)          saves NAME.svg
//   charts.exportChart(svg, name, "png")   saves NAME.png, at twice the size
//   charts.exportButtons(line, chart, name)  puts the two buttons into an export line
"use strict";

const charts = (() => {
  const MARGIN = { top: 10, right: 12, bottom: 22, left: 40 };
  const STYLES = [
    "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "opacity", "font-family",
    "font-size", "font-weight", "font-style", "text-anchor", "dominant-baseline", "shape-rendering", "paint-order",
  ];
  const day = (text) => new Date(`${text}T00:00:00Z`);
  const iso = (moment) => moment.toISOString().slice(0, 10);
  const known = (value) => value !== null && value !== undefined;
  const signed = (value) => (value > 0 ? `+${value}` : `${value}`).replace("-", "−");

  // Draws into the box now and whenever its width changes; `draw(svg, width)` gives what `setRange` then moves.
  function stage(box, label, height, draw) {
    let drawn = null, svg = null, width = 0, range = null;
    const redraw = () => {
      const now = Math.floor(box.clientWidth);
      if (now < 40 || now === width) return;
      width = now;
      svg = d3.create("svg").attr("class", "drawn").attr("role", "group").attr("aria-label", label)
        .attr("width", width).attr("height", height).attr("viewBox", `0 0 ${width} ${height}`);
      drawn = draw(svg, width);
      box.replaceChildren(svg.node());
      if (range && drawn) drawn(range);
    };
    redraw();
    new ResizeObserver(redraw).observe(box);
    return {
      svg: () => svg && svg.node(),
      setRange: (given) => { range = given; if (drawn) drawn(given); },
    };
  }

  function extent(periods, domain) {
    if (domain) return domain.map(day);
    const last = periods[periods.length - 1];
    return [day(periods[0].start), day(last.end || last.start)];
  }

  // A month's name takes up to 60 pixels.
  function timeAxis(svg, x, width, height) {
    const ticks = Math.max(2, Math.floor(width / 90));
    svg.append("g").attr("class", "axis").attr("aria-hidden", "true")
      .attr("transform", `translate(0,${height - MARGIN.bottom})`)
      .call(d3.axisBottom(x).ticks(ticks).tickSizeOuter(0));
  }

  function valueAxis(svg, y, width, { ticks = 5, format = signed } = {}) {
    const axis = svg.append("g").attr("class", "axis levels").attr("aria-hidden", "true")
      .attr("transform", `translate(${MARGIN.left},0)`);
    axis.call(d3.axisLeft(y).ticks(ticks).tickSize(0).tickPadding(6).tickFormat(format));
    axis.selectAll(".tick").append("line").attr("class", "grid").attr("x2", width - MARGIN.left - MARGIN.right);
    axis.selectAll(".tick").filter((value) => value === 0).select(".grid").attr("class", "grid zero");
  }

  function shade(svg, x, height) {
    const mark = svg.append("rect").attr("class", "range").attr("y", MARGIN.top)
      .attr("height", height - MARGIN.top - MARGIN.bottom).attr("visibility", "hidden");
    return (range) => {
      mark.attr("visibility", range ? "visible" : "hidden");
      if (range) mark.attr("x", x(day(range[0]))).attr("width", Math.max(1, x(day(range[1])) - x(day(range[0]))));
    };
  }

  // -- the level

  function band(x, y, low, high) {
    return d3.area().defined((each) => known(each[low]) && known(each[high])).curve(d3.curveMonotoneX)
      .x((each) => x(day(each.start))).y0((each) => y(each[low])).y1((each) => y(each[high]));
  }

  function line(x, y, name = "level") {
    return d3.line().defined((each) => known(each[name])).curve(d3.curveMonotoneX)
      .x((each) => x(day(each.start))).y((each) => y(each[name]));
  }

  function drawSparkline(box, { levels, label, width = 120, height = 28 }) {
    const svg = d3.create("svg").attr("class", "drawn spark").attr("role", "img").attr("aria-label", label)
      .attr("width", width).attr("height", height).attr("viewBox", `0 0 ${width} ${height}`);
    const shown = levels.filter((each) => known(each.level));
    if (shown.length) {
      const ends = shown.flatMap((each) => [each.level, each.low80, each.high80]).filter(known);
      const x = d3.scaleUtc([day(levels[0].start), day(levels[levels.length - 1].start)], [2, width - 4]);
      const y = d3.scaleLinear([Math.min(0, ...ends), Math.max(0, ...ends)], [height - 2, 2]);
      svg.append("path").attr("class", "band80").attr("d", band(x, y, "low80", "high80")(levels));
      svg.append("line").attr("class", "zero").attr("x1", 0).attr("x2", width).attr("y1", y(0)).attr("y2", y(0));
      svg.append("path").attr("class", "line").attr("d", line(x, y)(levels));
      const last = shown[shown.length - 1];
      svg.append("circle").attr("class", "point").attr("r", 2.5).attr("cx", x(day(last.start))).attr("cy", y(last.level));
    }
    box.replaceChildren(svg.node());
    return { svg: () => svg.node(), setRange: () => {} };
  }

  function drawLevel(box, { levels, turns = [], label, domain, height = 260, onTurn, onRange, range = null }) {
    const chart = stage(box, label, height, (svg, width) => {
      const x = d3.scaleUtc(extent(levels, domain), [MARGIN.left, width - MARGIN.right]);
      const ends = levels.flatMap((each) => [each.level, each.low95, each.high95]).filter(known);
      const y = d3.scaleLinear([Math.max(-10, Math.min(0, ...ends)), Math.min(10, Math.max(0, ...ends))],
        [height - MARGIN.bottom, MARGIN.top]).nice(5);
      valueAxis(svg, y, width);
      timeAxis(svg, x, width, height);
      const inner = clipped(svg, width, height);
      inner.append("path").attr("class", "band95").attr("d", band(x, y, "low95", "high95")(levels));
      inner.append("path").attr("class", "band80").attr("d", band(x, y, "low80", "high80")(levels));
      inner.append("path").attr("class", "line").attr("d", line(x, y)(levels));
      const ranged = onRange ? brush(svg, x, width, height, levels, onRange) : shade(svg, x, height);
      reading(svg, x, y, levels);
      turns.forEach((turn, index) => turnMark(svg, x, height, turn, index, onTurn));
      return ranged;
    });
    chart.setRange(range);
    return chart;
  }

  let clips = 0;
  function clipped(svg, width, height) {
    clips += 1;
    svg.append("clipPath").attr("id", `clip-${clips}`).append("rect").attr("x", MARGIN.left).attr("y", 0)
      .attr("width", Math.max(0, width - MARGIN.left - MARGIN.right)).attr("height", height - MARGIN.bottom);
    return svg.append("g").attr("clip-path", `url(#clip-${clips})`);
  }

  // A turn is a numbered flag: up for better, down for worse; an episode's line is dashed.
  function turnMark(svg, x, height, turn, index, onTurn) {
    const at = x(day(turn.start));
    const group = svg.append("g").attr("class", `turn ${turn.direction}${turn.lasting ? "" : " episode"}`)
      .attr("data-turn", index).attr("transform", `translate(${at},0)`);
    group.append("title").text(turn.title);
    group.append("line").attr("class", "stem").attr("y1", MARGIN.top + 8).attr("y2", height - MARGIN.bottom);
    group.append("path").attr("class", "flag")
      .attr("d", turn.direction === "better" ? "M-9,18 V8 L0,0 L9,8 V18 Z" : "M-9,0 V10 L0,18 L9,10 V0 Z")
      .attr("transform", `translate(0,${MARGIN.top - 8})`);
    group.append("text").attr("class", "number").attr("aria-hidden", "true").attr("y", MARGIN.top + (turn.direction === "better" ? 6 : 4))
      .text(index + 1);
    if (!onTurn) return;
    group.attr("role", "button").attr("tabindex", 0)
      .on("click", () => onTurn(index))
      .on("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        onTurn(index);
      });
  }

  // What the level is where the pointer is, in words at the top right corner.
  function reading(svg, x, y, levels) {
    const shown = levels.filter((each) => known(each.level));
    if (!shown.length) return;
    const dot = svg.append("circle").attr("class", "point").attr("r", 3.5).attr("visibility", "hidden");
    const words = svg.append("text").attr("class", "reading").attr("x", x.range()[1]).attr("y", MARGIN.top + 24)
      .attr("aria-hidden", "true");
    const at = d3.bisector((each) => day(each.start)).center;
    svg.on("pointermove.reading", (event) => {
      const each = shown[at(shown, x.invert(d3.pointer(event, svg.node())[0]))];
      dot.attr("visibility", "visible").attr("cx", x(day(each.start))).attr("cy", y(each.level));
      words.text(`${d3.utcFormat("%b %Y")(day(each.start))}: ${signed(each.level.toFixed(1))}`
        + ` (80 %: ${signed(each.low80.toFixed(1))} to ${signed(each.high80.toFixed(1))})`);
    }).on("pointerleave.reading", () => { dot.attr("visibility", "hidden"); words.text(""); });
  }

  // -- picking days

  function brush(svg, x, width, height, periods, onRange) {
    const starts = periods.map((each) => day(each.start));
    const edges = [...starts, day(periods[periods.length - 1].end)];
    const snap = (moment) => edges[d3.bisector((each) => each).center(edges, moment)];
    let quiet = false, range = null;
    const picked = (given) => { range = given; place(); onRange(given); };
    const group = svg.append("g").attr("class", "brush");
    const tool = d3.brushX().extent([[MARGIN.left, MARGIN.top], [width - MARGIN.right, height - MARGIN.bottom]])
      .on("end", ({ selection }) => {
        if (quiet) return;
        if (!selection) { picked(null); return; }
        let [from, to] = selection.map((at) => snap(x.invert(at)));
        if (from >= to) to = edges[Math.min(edges.indexOf(from) + 1, edges.length - 1)];
        if (from < to) picked([iso(from), iso(to)]);
      });
    group.call(tool);
    const handles = ["from", "to"].map((name, side) => svg.append("rect").attr("class", "edge").attr("width", 8)
      .attr("height", 26).attr("y", height / 2 - 13).attr("role", "slider").attr("tabindex", 0)
      .attr("aria-label", `Days shown, ${name}; arrow keys move it`)
      .attr("aria-valuemin", 0).attr("aria-valuemax", edges.length - 1)
      .on("keydown", (event) => nudge(event, side)));
    const nudge = (event, side) => {
      const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: 12, PageDown: -12 }[event.key];
      if (event.key === "Escape" && range) { picked(null); return; }
      if (!by) return;
      event.preventDefault();
      const now = range ? range.map(day) : [edges[0], edges[edges.length - 1]];
      const places = now.map((each) => d3.bisector((edge) => edge).center(edges, each));
      places[side] = Math.max(side ? places[0] + 1 : 0,
        Math.min(side ? edges.length - 1 : places[1] - 1, places[side] + by));
      picked(places.map((each) => iso(edges[each])));
    };
    const place = () => {
      const now = range ? range.map(day) : [edges[0], edges[edges.length - 1]];
      quiet = true;
      group.call(tool.move, range ? now.map((each) => Math.max(x.range()[0], Math.min(x.range()[1], x(each)))) : null);
      quiet = false;
      handles.forEach((handle, side) => handle.attr("x", x(now[side]) - 4)
        .attr("aria-valuenow", d3.bisector((edge) => edge).center(edges, now[side]))
        .attr("aria-valuetext", iso(now[side])));
    };
    place();
    return (given) => { range = given; place(); };
  }

  // -- counts by quad

  function drawQuads(box, { periods, label, domain, height = 150, range = null }) {
    const chart = stage(box, label, height, (svg, width) => {
      const x = d3.scaleUtc(extent(periods, domain), [MARGIN.left, width - MARGIN.right]);
      const count = (each, ...quads) => quads.reduce((sum, quad) => sum + (each.quads[quad] || 0), 0);
      const up = d3.max(periods, (each) => count(each, 1, 2)) || 1;
      const down = d3.max(periods, (each) => count(each, 3, 4)) || 1;
      const y = d3.scaleLinear([-down, up], [height - MARGIN.bottom, MARGIN.top]);
      valueAxis(svg, y, width, { ticks: 4, format: (value) => (Number.isInteger(value) ? `${Math.abs(value)}` : "") });
      timeAxis(svg, x, width, height);
      const inner = clipped(svg, width, height);
      for (const each of periods) {
        const left = x(day(each.start)), wide = Math.max(1, (x(day(each.end)) - left) * 0.86);
        const bar = (quad, from, to) => {
          if (from === to) return;
          inner.append("rect").attr("class", `quad${quad}`).attr("x", left).attr("width", wide)
            .attr("y", y(Math.max(from, to))).attr("height", Math.abs(y(from) - y(to)));
        };
        bar(2, 0, count(each, 2));
        bar(1, count(each, 2), count(each, 1, 2));
        bar(4, 0, -count(each, 4));
        bar(3, -count(each, 4), -count(each, 3, 4));
      }
      return shade(svg, x, height);
    });
    chart.setRange(range);
    return chart;
  }

  // -- other series side by side

  function drawLines(box, { lines, label, domain, height = 180 }) {
    return stage(box, label, height, (svg, width) => {
      const points = lines.flatMap((each) => each.points).filter((each) => known(each.value));
      if (!points.length) return () => {};
      const days = d3.extent(points, (each) => day(each.start));
      const x = d3.scaleUtc(domain ? domain.map(day) : days, [MARGIN.left, width - MARGIN.right]);
      const values = points.map((each) => each.value);
      const y = d3.scaleLinear([Math.min(0, ...values), Math.max(0, ...values)],
        [height - MARGIN.bottom, MARGIN.top]).nice(4);
      valueAxis(svg, y, width, { ticks: 4 });
      timeAxis(svg, x, width, height);
      const inner = clipped(svg, width, height);
      lines.forEach((each, index) => {
        inner.append("path").attr("class", `line line${index % 4}`).attr("d", line(x, y, "value")(each.points));
        const last = each.points.filter((point) => known(point.value)).pop();
        if (last) inner.append("text").attr("class", "name").attr("x", x(day(last.start)) - 4).attr("y", y(last.value) - 5)
          .text(each.name);
      });
      return () => {};
    });
  }

  // -- export

  // A copy that stands alone: what the style sheets say is written into it, what only scripts need is left out.
  function standalone(svg) {
    const copy = svg.cloneNode(true);
    const [from, to] = [svg, copy].map((each) => [each, ...each.querySelectorAll("*")]);
    from.forEach((element, index) => {
      const style = getComputedStyle(element);
      for (const name of STYLES) if (style.getPropertyValue(name)) to[index].setAttribute(name, style.getPropertyValue(name));
      for (const name of ["class", "tabindex", "role", "style"]) to[index].removeAttribute(name);
    });
    copy.querySelectorAll("[aria-label*='arrow keys'], [pointer-events='all']").forEach((each) => each.remove());
    const paper = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    paper.setAttribute("width", "100%");
    paper.setAttribute("height", "100%");
    paper.setAttribute("fill", getComputedStyle(document.body).backgroundColor);
    copy.prepend(paper);
    const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
    title.textContent = svg.getAttribute("aria-label") || "";
    copy.prepend(title);
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    return new XMLSerializer().serializeToString(copy);
  }

  function save(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  async function exportChart(svg, name, form = "svg") {
    const drawing = new Blob([standalone(svg)], { type: "image/svg+xml" });
    if (form === "svg") { save(drawing, `${name}.svg`); return; }
    const image = new Image();
    image.src = URL.createObjectURL(drawing);
    await image.decode();
    const size = svg.getBoundingClientRect(), canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [2 * size.width, 2 * size.height];
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(image.src);
    canvas.toBlob((blob) => save(blob, `${name}.png`), "image/png");
  }

  // `chart` is an SVG element, or what one of the functions above gave.
  function exportButtons(line, chart, name) {
    for (const form of ["svg", "png"]) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "quiet";
      button.textContent = form.toUpperCase();
      button.addEventListener("click", () => exportChart(chart.svg ? chart.svg() : chart, name, form));
      line.append(button);
    }
  }

  return { drawSparkline, drawLevel, drawQuads, drawLines, exportChart, exportButtons };
})();
