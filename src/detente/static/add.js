// Tells how far a lot is, and shows the page anew when it is done.
"use strict";

(() => {
  const lot = document.getElementById("lot");
  const progress = document.getElementById("progress");
  const plural = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;
  const ask = async () => {
    let wait = 700;
    try {
      const found = (await (await fetch(lot.dataset.twin)).json()).lot;
      if (found.state !== lot.dataset.state && found.state !== "coding") {
        location.reload();
        return;
      }
      if (found.state === "coding") {
        lot.dataset.state = "coding";
        progress.textContent =
          `Is being read: ${plural(found.coded + found.skipped, "article")} with events or read before,` +
          ` ${found.empty} without, ${found.excluded} excluded, ${plural(found.events, "event")}.`;
      }
    } catch {
      wait = 5000; // the server is away; it may come back
    }
    setTimeout(ask, wait);
  };
  setTimeout(ask, 700);
})();
