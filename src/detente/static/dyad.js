// The page of a dyad: charts that can be pointed at, a brush and filters that change the list in place, and parts that
// are fetched when they come into view. Without this script every one of them is a link or a form.
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);
  const timeline = byId("timeline");
  const dayAfter = (text, by) => {
    const moment = new Date(`${text}T00:00:00Z`);
    moment.setUTCDate(moment.getUTCDate() + by);
    return moment.toISOString().slice(0, 10);
  };
  let level = null, quads = null;

  // The page at an address, an empty one where the server does not answer.
  async function page(address) {
    const answer = await fetch(address, { headers: { accept: "text/html" } }).catch(() => null);
    return new DOMParser().parseFromString(answer ? await answer.text() : "", "text/html");
  }

  // -- the list of acts

  const filters = () => timeline.querySelector("form.filters");
  const shownRange = () => {
    const { from, to } = Object.fromEntries(new FormData(filters()));
    return from && to && from <= to ? [from, dayAfter(to, 1)] : null;
  };

  function asked(form) {
    const given = [...new FormData(form)].filter(([name, value]) => value && !(name === "sources" && value === "1"));
    return `${form.getAttribute("action").split("#")[0]}?${new URLSearchParams(given)}`;
  }

  // Where the reader was: the field with its caret, or the link of the tabs or the paging.
  function place() {
    const active = document.activeElement;
    if (!active || !timeline.contains(active)) return () => {};
    if (active.name) {
      const caret = active.type === "search" ? active.selectionStart : null;
      return () => {
        const field = filters().elements[active.name];
        field.focus();
        if (caret !== null) field.setSelectionRange(caret, caret);
      };
    }
    const links = [...timeline.querySelectorAll(".tabs a")], index = links.indexOf(active);
    return () => (index >= 0 ? timeline.querySelectorAll(".tabs a")[index] : byId("acts")).focus();
  }

  let latest = 0;
  async function show(address) {
    const mine = ++latest;
    timeline.setAttribute("aria-busy", "true");
    const fresh = (await page(address)).getElementById("timeline");
    if (mine !== latest) return;
    timeline.removeAttribute("aria-busy");
    if (!fresh) { location.assign(address); return; }
    const back = place();
    timeline.replaceChildren(...fresh.childNodes);
    prepare();
    back();
    byId("live").textContent = byId("found").textContent;
    history.replaceState(null, "", address.split("#")[0]);
    for (const chart of [level, quads]) if (chart) chart.setRange(shownRange());
  }

  function prepare() {
    byId("acts").tabIndex = -1;
    filters().querySelector("button").hidden = true;
  }

  timeline.addEventListener("click", (event) => {
    const link = event.target.closest(".tabs a, .paging a, .filters a, .empty a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(link.getAttribute("href"));
    if (link.closest(".paging")) timeline.scrollIntoView();
  });
  timeline.addEventListener("submit", (event) => { event.preventDefault(); show(asked(filters())); });
  timeline.addEventListener("change", (event) => {
    if (event.target.form === filters() && filters().checkValidity()) show(asked(filters()));
  });
  let waiting = 0;
  timeline.addEventListener("input", (event) => {
    if (event.target.name !== "text") return;
    clearTimeout(waiting);
    waiting = setTimeout(() => show(asked(filters())), 250);
  });
  prepare();

  // -- charts

  function choose(range) {
    filters().elements.from.value = range ? range[0] : "";
    filters().elements.to.value = range ? dayAfter(range[1], -1) : "";
    if (quads) quads.setRange(range);
    show(asked(filters()));
  }

  function openTurn(index) {
    const panel = byId(`turn-${index + 1}`);
    panel.closest("details").open = true;
    panel.closest("details").scrollIntoView({ block: "nearest" });
    panel.focus({ preventScroll: true });
    document.querySelectorAll(".drawn .turn").forEach((each) =>
      each.classList.toggle("chosen", each.dataset.turn === String(index)));
  }

  async function draw() {
    const box = byId("level");
    if (!box) return;
    const { relation, step } = await (await fetch(box.dataset.series)).json();
    const turns = relation.turns.map(({ point }, index) => ({
      ...point,
      title: `Turn ${byId(`turn-${index + 1}`).closest("details").querySelector("summary").textContent.trim()
        .replace(/\s+/g, " ")}`,
    }));
    const range = shownRange();
    level = charts.drawLevel(box, {
      levels: relation.levels, turns, label: `Level of relations by ${step}`, onTurn: openTurn, onRange: choose, range,
    });
    quads = charts.drawQuads(byId("quads"), {
      periods: relation.series.periods, label: `Acts by ${step} and kind`, range,
    });
    charts.exportButtons(byId("level-export"), level, box.dataset.name);
    charts.exportButtons(byId("quads-export"), quads, byId("quads").dataset.name);
    box.dataset.drawn = "";
  }
  draw();

  const steps = byId("steps");
  if (steps) {
    steps.querySelector("button").hidden = true;
    steps.addEventListener("change", () => steps.submit());
  }

  // -- parts

  async function load(part) {
    const content = part.querySelector(".content");
    content.setAttribute("aria-busy", "true");
    const found = (await page(part.dataset.part)).getElementById("part");
    content.removeAttribute("aria-busy");
    if (found) content.replaceChildren(...found.childNodes);
    for (const box of content.querySelectorAll("[data-lines]")) drawLines(box);
  }

  async function drawLines(box) {
    const { lines, step } = await (await fetch(box.dataset.lines)).json();
    const chart = charts.drawLines(box, { lines, label: `Mean scores by ${step}` });
    charts.exportButtons(byId("lines-export"), chart, box.dataset.name);
  }
  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      load(target);
    }
  }, { rootMargin: "300px" });
  document.querySelectorAll(".part[data-part]").forEach((part) => seen.observe(part));
})();
