// The list of questions: how far each domain is, and which questions are shown.

import { fill, h } from "./dom.js";

export const FILTERS = {
  all: ["All", () => true],
  open: ["Open", (mark) => !mark.answered],
  answered: ["Answered", (mark) => mark.answered],
  critical: ["Critical", (mark) => mark.critical],
  differ: ["Differ", (mark) => mark.differs],
};

// `marks(item)` tells of each question: answered (in short, or ""), draft, critical, differs.
export function nav(place, { checklists, marks, current, filter, query, isInterviewer, go, filtered, searched }) {
  const list = h("div", { class: "domains" });
  const overall = h("div", { class: "overall" });
  const names = isInterviewer ? Object.keys(FILTERS) : ["all", "open", "answered"];
  const buttons = names.map((name) =>
    h("button", { type: "button", class: "chip", "aria-pressed": String(name === filter()), onclick: () => filtered(name) }, FILTERS[name][0]),
  );
  fill(
    place,
    overall,
    h("label", { class: "visually-hidden", for: "search" }, "Search the questions"),
    h("input", { id: "search", type: "search", placeholder: "Search", value: query(), oninput: (event) => searched(event.target.value) }),
    h("div", { class: "chips", role: "group", "aria-label": "Which questions are shown" }, buttons),
    list,
  );
  const unfolded = new Set();
  return { draw, shown };

  function shown() {
    const wanted = query().trim().toLowerCase();
    const [, passes] = FILTERS[filter()];
    return checklists().flatMap((checklist) =>
      checklist.items.filter((item) => passes(marks(item)) && (!wanted || `${item.id} ${item.ask} ${checklist.title}`.toLowerCase().includes(wanted))),
    );
  }

  function draw() {
    buttons.forEach((button, at) => button.setAttribute("aria-pressed", String(names[at] === filter())));
    const keep = new Set(shown());
    let answered = 0;
    let asked = 0;
    const narrowed = query().trim() || filter() !== "all";
    const parts = checklists().map((checklist) => {
      const done = checklist.items.filter((item) => marks(item).answered).length;
      answered += done;
      asked += checklist.items.length;
      const items = checklist.items.filter((item) => keep.has(item));
      if (!items.length) return null;
      const isOpen = Boolean(narrowed) || unfolded.has(checklist.id) || items.some((item) => item.id === current());
      const details = h(
        "details",
        { class: "domain", open: isOpen },
        h(
          "summary",
          {},
          h("span", { class: "grow" }, checklist.title),
          h("span", { class: "count" }, `${done} of ${checklist.items.length}`),
          bar(done, checklist.items.length),
        ),
        h("ul", {}, items.map(row)),
      );
      details.addEventListener("toggle", () => (details.open ? unfolded.add(checklist.id) : unfolded.delete(checklist.id)));
      return details;
    });
    const top = place.scrollTop;
    fill(list, parts, parts.every((part) => !part) && h("p", { class: "hint" }, "No question fits."));
    fill(overall, h("p", {}, h("strong", {}, `${answered} of ${asked}`), " answered"), bar(answered, asked));
    place.scrollTop = top;
  }

  function row(item) {
    const mark = marks(item);
    const state = mark.draft ? "not saved yet" : mark.answered ? `answered: ${mark.answered}` : "open";
    return h(
      "li",
      {},
      h(
        "button",
        { type: "button", class: "item", "aria-current": item.id === current() ? "true" : null, "data-item": item.id, onclick: () => go(item.id) },
        h("span", { class: `dot${mark.answered ? " done" : ""}${mark.draft ? " draft" : ""}`, "aria-hidden": "true" }, mark.draft ? "…" : mark.answered),
        h("span", { class: "item-text" }, h("span", { class: "item-id" }, item.id, mark.critical && h("span", { class: "tag" }, "critical"), mark.differs && h("span", { class: "tag warn" }, "differ")), h("span", { class: "item-ask" }, item.ask)),
        h("span", { class: "visually-hidden" }, `, ${state}`),
      ),
    );
  }
}

function bar(done, all) {
  return h("progress", { value: done, max: all || 1, "aria-hidden": "true" });
}
