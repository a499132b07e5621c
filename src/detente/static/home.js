// Small multiples: the level of each relation in the tables, one after the other as they come into sight.
"use strict";

(() => {
  const queue = [];
  let busy = false;
  const next = async () => {
    const box = queue.shift();
    if (!box || busy) return;
    busy = true;
    try {
      const { relation } = await (await fetch(box.dataset.series)).json();
      const levels = relation ? relation.levels : [];
      const known = levels.filter((each) => each.level !== null);
      if (known.length > 1) charts.drawSparkline(box, { levels, label: box.dataset.label, width: box.clientWidth });
      else box.textContent = known.length ? `${known[0].level}`.replace("-", "−") : "";
    } catch {
      box.textContent = ""; // the relation's own page says what is wrong
    }
    busy = false;
    next();
  };
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      seen.unobserve(entry.target);
      queue.push(entry.target);
    }
    next();
  });
  for (const box of document.querySelectorAll(".spark[data-series]")) seen.observe(box);
})();
