// The page of an article: what a marked word is, shown beside it when it is pointed at or reached by keyboard.
"use strict";

(() => {
  const ROLES = { trigger: "event words", mention: "event words told again" };
  const words = document.getElementById("words");
  const beside = document.getElementById("beside");
  const marks = [...words.querySelectorAll("a.mark")];
  if (!marks.length) return;
  const listed = new Map([...document.querySelectorAll(".found li")].map((li) => [li.dataset.number, li]));
  const partsOf = new Map(
    marks.map((mark) => [mark, mark.dataset.parts.trim().split(" ").map((part) => part.split(":"))]),
  );
  const ofEvent = new Map();
  for (const [mark, parts] of partsOf) {
    mark.removeAttribute("title");
    mark.setAttribute("aria-describedby", "beside");
    for (const [number] of parts) ofEvent.set(number, [...(ofEvent.get(number) || []), mark]);
  }
  for (const hint of document.querySelectorAll(".scripted")) hint.hidden = false;

  // One stop of the Tab key for each event's words; the arrow keys reach the rest.
  for (const mark of marks) if (!mark.classList.contains("trigger")) mark.tabIndex = -1;

  let lit = [];
  const clear = () => {
    for (const element of lit) element.classList.remove("on");
    lit = [];
    beside.hidden = true;
  };
  const line = (number, role) => {
    const paragraph = document.createElement("p");
    const told = listed.get(number);
    const part = document.createElement("span");
    part.className = "part";
    part.textContent = `${ROLES[role] || role} of ${number} `;
    paragraph.append(part);
    if (told) paragraph.append(...[...told.cloneNode(true).childNodes]);
    return paragraph;
  };
  const show = (mark) => {
    clear();
    const parts = partsOf.get(mark);
    beside.replaceChildren(...parts.slice(0, 4).map(([number, role]) => line(number, role)));
    if (parts.length > 4) {
      const more = document.createElement("p");
      more.textContent = `and in ${parts.length - 4} more parts`;
      beside.append(more);
    }
    beside.hidden = false;
    const numbers = new Set(parts.filter(([, role]) => role === parts[0][1]).map(([number]) => number));
    for (const number of numbers) lit.push(...(ofEvent.get(number) || []), listed.get(number));
    lit = lit.filter(Boolean);
    for (const element of lit) element.classList.add("on");
  };

  words.addEventListener("focusin", (event) => event.target.matches("a.mark") && show(event.target));
  words.addEventListener("focusout", clear);
  words.addEventListener("mouseover", (event) => event.target.matches("a.mark") && show(event.target));
  words.addEventListener("mouseout", (event) => {
    if (!event.target.matches("a.mark")) return;
    const focused = document.activeElement;
    if (partsOf.has(focused)) show(focused);
    else clear();
  });
  words.addEventListener("keydown", (event) => {
    const at = marks.indexOf(event.target);
    if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") clear();
    else if (step && marks[at + step]) {
      event.preventDefault();
      marks[at + step].focus();
    }
  });
})();
