// The page of an act: fetches its pledges and conflicts, and remembers the name that one judges under.
"use strict";

(() => {
  const KEY = "detente-who";
  const remembered = () => { try { return localStorage.getItem(KEY) || ""; } catch { return ""; } };
  const fill = (root) => {
    for (const field of root.querySelectorAll("input[data-who]")) if (!field.value) field.value = remembered();
  };
  document.addEventListener("submit", (event) => {
    const field = event.target.querySelector("input[data-who]");
    try { if (field && field.value.trim()) localStorage.setItem(KEY, field.value.trim()); } catch { /* not kept */ }
  });
  fill(document);

  const drawing = document.querySelector("svg.sources"), line = document.getElementById("export-sources");
  if (drawing && line && typeof charts !== "undefined") {
    charts.exportButtons(line, drawing, "sources");
    line.hidden = false;
  }

  const place = document.getElementById("follow");
  if (!place) return;
  fetch(place.dataset.from, { credentials: "same-origin" })
    .then((answer) => (answer.ok ? answer.text() : Promise.reject(answer.status)))
    .then((text) => {
      const page = new DOMParser().parseFromString(text, "text/html");
      const found = ["pledges", "conflicts"].map((id) => page.getElementById(id)).filter(Boolean);
      if (!found.length) return;
      place.replaceWith(...found.map((section) => document.importNode(section, true)));
      fill(document);
    })
    .catch(() => { /* the link stays */ });
})();
