// A map of one state's relations: colour is the mean score with each partner in the weeks before a day. The slider goes
// by months through what was read; a click or Enter on a partner leads to the relation.
"use strict";

(() => {
  const WIDTH = 960, HEIGHT = 468, STRONG = 6;
  const signed = (value) => `${value > 0 ? "+" : ""}${value.toFixed(1)}`.replace("-", "−");
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const element = (tag, content = {}, ...children) => {
    const made = Object.assign(document.createElement(tag), content);
    made.append(...children);
    return made;
  };

  async function start(box) {
    const [first, world] = await Promise.all([ask(box.dataset.twin), ask(box.dataset.map)]);
    if (!first.partners) return;
    const shapes = topojson.feature(world, world.objects.countries).features;
    const path = d3.geoPath(d3.geoEqualEarth().fitSize([WIDTH, HEIGHT], { type: "Sphere" }));
    const title = new Map(shapes.filter((shape) => shape.id).map((shape) => [shape.id, shape.properties.name]));
    const called = (code) => title.get(code) || code;
    let found = first, turn = 0;

    const state = element("select", { name: "state" });
    for (const code of first.states) state.append(element("option", { value: code, textContent: called(code), selected: code === first.state }));
    const months = monthsBetween(first.reach.first, first.reach.last);
    const day = first.on || first.reach.last;
    const slider = element("input", { type: "range", min: 0, max: months.length - 1, step: 1 });
    slider.value = Math.max(0, months.findIndex((month) => month.end >= day));
    const shown = element("span"); // no output: a label would be that of the output, not of the slider
    const said = element("p", { className: "said" });
    said.setAttribute("aria-live", "polite");
    const svg = d3.create("svg").attr("viewBox", `0 0 ${WIDTH} ${HEIGHT}`).attr("role", "group").attr("class", "drawn world");
    svg.append("path").attr("class", "sea").attr("d", path({ type: "Sphere" }));
    const countries = svg.append("g").selectAll("path").data(shapes).join("path").attr("d", path);
    countries.append("title");
    const controls = element("div", { className: "controls" }, element("label", { className: "time" }, shown, slider));
    if (!box.hasAttribute("data-chosen")) controls.prepend(element("label", {}, "state ", state));
    box.replaceChildren(controls, svg.node(), legend(), said);

    const more = element("a", { textContent: "As a table" });
    const exports = element("p", { className: "export" }, "Map: ");
    charts.exportButtons(exports, { svg: () => svg.node() }, "map");
    box.append(exports);

    const draw = () => {
      const partners = new Map(found.partners.partners.map((each) => [each.code, each]));
      const colour = d3.scaleLinear([-STRONG, 0, STRONG], [token("--conflict"), token("--rule"), token("--cooperation")]).clamp(true);
      svg.attr("aria-label", `Relations of ${called(found.state)}`);
      countries
        .attr("class", (shape) => `country${shape.id === found.state ? " chosen" : partners.has(shape.id) ? " known" : ""}`)
        .attr("tabindex", (shape) => (partners.has(shape.id) ? 0 : null))
        .attr("role", (shape) => (partners.has(shape.id) ? "link" : null))
        .attr("aria-label", (shape) => (partners.has(shape.id) ? told(shape, partners) : null))
        .style("fill", (shape) => (partners.has(shape.id) ? colour(partners.get(shape.id).level.value ?? 0) : null))
        .select("title").text((shape) => told(shape, partners));
      const some = found.partners.partners.slice(0, 4).map((each) => `${called(each.code)} ${signed(each.level.value ?? 0)}`);
      shown.textContent = `${found.weeks} weeks up to ${lastDay(found.partners.until)}`;
      slider.setAttribute("aria-valuetext", months[slider.value].name);
      said.textContent = found.partners.events
        ? `${called(found.state)}: ${found.partners.events.toLocaleString("en")} acts with ${found.partners.partners.length} others; most with ${some.join(", ")}.`
        : `${called(found.state)}: no act with another state in these weeks, as far as was read.`;
      more.href = `/map?${asked()}`;
      if (!box.hasAttribute("data-chosen") || found.on !== first.on) said.append(" ", more);
    };
    const told = (shape, partners) => {
      const each = partners.get(shape.id);
      if (shape.id === found.state) return shape.properties.name;
      return each ? `${shape.properties.name}: ${each.events} acts, mean score ${signed(each.level.value ?? 0)}` : `${shape.properties.name}: no act`;
    };
    const go = (shape) => {
      if (found.partners.partners.some((each) => each.code === shape.id)) {
        location.href = `/dyad/${found.state}-${shape.id}${box.dataset.asOf ? `?as_of=${box.dataset.asOf}` : ""}`;
      }
    };
    countries.on("click", (event, shape) => go(shape)).on("keydown", (event, shape) => {
      if (event.key === "Enter") go(shape);
    });
    function asked() {
      const query = new URLSearchParams({ state: state.value, on: months[slider.value].end, weeks: found.weeks });
      if (box.dataset.asOf) query.set("as_of", box.dataset.asOf);
      return query;
    }
    const change = async () => {
      const mine = ++turn;
      const answer = await ask(`/map.json?${asked()}`);
      if (mine !== turn) return; // a later question has been asked meanwhile
      found = answer;
      draw();
    };
    let wait = 0;
    slider.addEventListener("input", () => {
      shown.textContent = months[slider.value].name;
      clearTimeout(wait);
      wait = setTimeout(change, 120);
    });
    state.addEventListener("change", change);
    document.addEventListener("themechange", draw);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
    draw();
  }

  function legend() {
    const line = element("p", { className: "scale" }, "conflict");
    const svg = d3.select(line).append("svg").attr("aria-hidden", "true").attr("viewBox", "0 0 90 7").attr("preserveAspectRatio", "none");
    const paint = () => {
      const colour = d3.scaleLinear([0, 4, 8], [token("--conflict"), token("--rule"), token("--cooperation")]);
      svg.selectAll("rect").data(d3.range(9)).join("rect").attr("x", (at) => at * 10).attr("width", 10.2).attr("height", 7).style("fill", colour);
    };
    paint();
    document.addEventListener("themechange", paint);
    line.append("cooperation; unmarked: no act was read");
    return line;
  }

  const ask = async (address) => {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    return answer.json();
  };
  const lastDay = (end) => {
    const day = new Date(`${end}T00:00:00Z`);
    day.setUTCDate(day.getUTCDate() - 1);
    return day.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  };
  function monthsBetween(first, last) {
    const found = [];
    const [year, month] = first.split("-").map(Number);
    for (let at = 0; found.length < 1200; at += 1) {
      const end = new Date(Date.UTC(year, month + at, 0));
      const text = end.toISOString().slice(0, 10);
      found.push({ end: text < last ? text : last, name: end.toLocaleDateString("en-GB", { month: "long", year: "numeric", timeZone: "UTC" }) });
      if (text >= last) break;
    }
    return found;
  }

  for (const box of document.querySelectorAll(".worldmap")) {
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      seen.disconnect();
      start(box).catch((error) => {
        box.textContent = `The map could not be drawn: ${error.message}`;
      });
    }, { rootMargin: "200px" });
    seen.observe(box);
  }
})();
