// What asks for a decision before it goes on.

import { GRADES, inWords } from "./answer.js";
import { choices, fill, h, typed, unique } from "./dom.js";

// A dialog; `ask(close)` gives its content. Resolves with what `close` was called with, null by Esc.
export function open(title, ask, { mustChoose = false, wide = false } = {}) {
  return new Promise((resolve) => {
    const id = unique("dialog");
    const close = (value) => {
      dialog.close();
      dialog.remove();
      resolve(value);
    };
    const dialog = h("dialog", { "aria-labelledby": id, class: wide ? "wide" : "" });
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      if (!mustChoose) close(null);
    });
    dialog.append(
      h("header", {}, h("h2", { id }, title), !mustChoose && h("button", { type: "button", class: "button quiet small", "aria-label": "Close", onclick: () => close(null) }, "Close")),
      h("div", { class: "dialog-body" }, ask(close)),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}

export function conflict(item, mine, theirs, whose) {
  const side = (title, words, note, button) => h("section", { class: "card" }, h("h3", {}, title), typed(words, "p"), note && typed(note, "p"), button);
  return open(
    "This answer was changed elsewhere",
    (close) => [
      h("p", {}, `${item.id} was answered${whose ? ` for ${whose}` : ""} in another window, on another device or by an interviewer while you were at it. Which one counts? Both are kept.`),
      h(
        "div",
        { class: "pair" },
        side("Yours, here", inWords(asAnswer(mine), item), mine.note, h("button", { type: "button", class: "button primary", onclick: () => close("mine") }, "Keep mine")),
        side("The other one", inWords(theirs, item), theirs?.note, h("button", { type: "button", class: "button", onclick: () => close("theirs") }, "Take theirs")),
      ),
    ],
    { mustChoose: true, wide: true },
  );
}

function asAnswer(form) {
  return { level: form.kind === "level" ? form.level : null, unknown: form.kind === "unknown", reason: form.reason };
}

export function settle(item, said, send) {
  const best = Math.max(1, ...said.voices.map((one) => one.grade));
  const form = { level: null, grade: Math.min(best, 3), overrules: false, note: "" };
  return open(
    `Settle ${item.id}`,
    (close) => {
      const trouble = h("p", { class: "trouble", role: "alert" });
      const note = unique("note");
      const name = unique("level");
      const done = async () => {
        if (form.level === null || !form.note.trim()) {
          trouble.textContent = "A level and a reason are needed.";
          return;
        }
        try {
          const applies = form.level !== "na";
          await send({
            mark: said.mark,
            level: applies ? form.level : null,
            reason: applies ? "" : form.note,
            note: form.note,
            grade: form.grade,
            overrules: form.overrules && applies,
          });
          close("done");
        } catch (error) {
          trouble.textContent = `Not saved: ${error.message}.`;
        }
      };
      const option = (key, text, sign) =>
        h("label", { class: "level" }, h("input", { type: "radio", name, value: key, onchange: () => (form.level = key) }), h("span", { class: "sign", "aria-hidden": "true" }, sign), h("span", { class: "level-text" }, text));
      return [
        h("p", {}, "Your decision counts from now on. What everybody said stays, and who speaks after it opens the question again."),
        h("fieldset", { class: "levels compact" }, h("legend", {}, "Which level counts?"), item.levels.map((text, level) => option(level, text, String(level))), option("na", "Not applicable", "n")),
        choices("Known how?", GRADES, form.grade, (key) => (form.grade = key)),
        h("div", { class: "field" }, h("label", { for: note }, "Reason"), h("textarea", { id: note, rows: 3, maxlength: 20000, dir: "auto", oninput: (event) => (form.note = event.target.value) })),
        h("label", { class: "check" }, h("input", { type: "checkbox", onchange: (event) => (form.overrules = event.target.checked) }), h("span", {}, "I trust this over what the repositories show; the report says so.")),
        trouble,
        h("div", { class: "row" }, h("button", { type: "button", class: "button primary", onclick: done }, "Settle"), h("button", { type: "button", class: "button quiet", onclick: () => close(null) }, "Cancel")),
      ];
    },
    { wide: true },
  );
}

const KEYS = [
  ["0 – 4", "choose a level"],
  ["n", "not applicable"],
  ["u", "I don’t know"],
  ["j  →", "next question"],
  ["k  ←", "question before"],
  ["m", "write a note"],
  ["/", "search"],
  ["?", "this help"],
];

export function help() {
  return open("Keys", () => [
    h("dl", { class: "keys" }, KEYS.map(([key, what]) => [h("dt", {}, key.split("  ").map((one) => h("kbd", {}, one))), h("dd", {}, what)])),
    h("p", { class: "hint" }, "Answers save themselves. What is not saved yet stays in this browser and is sent when the server answers again."),
  ]);
}

// Who takes part: their questions, their links. `verbs` are put, link and out.
export function people(read, checklists, verbs) {
  return open(
    "Who takes part",
    () => {
      const list = h("div", { class: "people" });
      const told = h("p", { class: "trouble", role: "alert" });
      const show = () => fill(list, read().map(person), told, adding());
      show();
      // Who comes in shows by itself, as long as nothing is being written here.
      const isIdle = () => !list.querySelector(".place:not(:empty), details[open]");
      addEventListener("techdd:news", function renew() {
        if (!list.isConnected) removeEventListener("techdd:news", renew);
        else if (isIdle()) show();
      });
      return list;

      async function carry(verb, ...rest) {
        told.textContent = "";
        try {
          const done = await verb(...rest);
          show();
          return done;
        } catch (error) {
          told.textContent = `Not done: ${error.message}.`;
          return null;
        }
      }

      function scope(asked) {
        return asked.length ? asked.map((id) => checklists.find((one) => one.id === id)?.title ?? id).join(", ") : "Everything";
      }

      function person(one) {
        const place = h("div", { class: "place" });
        const STANDS = { joined: "came in", invited: "has a link", none: "no link" };
        const edit = () => fill(place, details(one, () => fill(place)));
        return h(
          "section",
          { class: "card person" },
          h(
            "div",
            { class: "person-line" },
            h("div", { class: "grow" }, typed(one.name, "strong"), h("span", { class: "hint typed", dir: "auto" }, ` ${[one.role, one.kind === "interviewer" && "interviewer", STANDS[one.link]].filter(Boolean).join(" · ")}`), h("p", { class: "hint" }, scope(one.asked))),
            one.kind === "respondent" && h("span", { class: "count" }, `${one.answered} of ${one.items}`),
            h("button", { type: "button", class: "button small", onclick: edit }, "Questions"),
            h("button", { type: "button", class: "button small", onclick: async () => showLink(place, one.name, await carry2(verbs.link, one.name)) }, "New link"),
            one.link !== "none" && h("button", { type: "button", class: "button quiet small", onclick: () => carry(verbs.out, one.name) }, one.link === "joined" ? "Sign out" : "Cancel link"),
          ),
          place,
        );
      }

      // As carry, without drawing the list anew: the link stays to be copied.
      async function carry2(verb, ...rest) {
        told.textContent = "";
        try {
          return await verb(...rest);
        } catch (error) {
          told.textContent = `Not done: ${error.message}.`;
          return null;
        }
      }

      function showLink(place, name, done) {
        if (!done) return;
        const id = unique("link");
        const field = h("input", { id, type: "text", readonly: true, value: done.link, onfocus: (event) => event.target.select() });
        const copy = h("button", {
          type: "button",
          class: "button small",
          onclick: async () => {
            field.select();
            try {
              await navigator.clipboard.writeText(done.link);
              copy.textContent = "Copied";
            } catch {
              copy.textContent = "Press Ctrl+C";
            }
          },
        }, "Copy");
        fill(place, h("div", { class: "field" }, h("label", { for: id }, "Link for ", typed(name), ". It works once and is shown only now."), h("div", { class: "row" }, field, copy)));
        field.select();
      }

      function details(one, close) {
        const form = { name: one.name, role: one.role, kind: one.kind, asked: [...one.asked] };
        return fields(form, false, async () => {
          if (await carry(verbs.put, { ...form, new: false })) close();
        });
      }

      function adding() {
        const form = { name: "", role: "", kind: "respondent", asked: [] };
        return h("details", { class: "card", open: read().length < 2 }, h("summary", {}, "Add somebody"), fields(form, true, async () => {
          const done = await carry2(verbs.put, { ...form, new: true });
          if (!done) return;
          const name = form.name;
          show();
          const after = h("div", { class: "place" });
          list.prepend(after);
          showLink(after, name, done);
        }));
      }

      function fields(form, isNew, send) {
        const text = (label, key) => {
          const id = unique("person");
          return h("div", { class: "field" }, h("label", { for: id }, label), h("input", { id, type: "text", maxlength: 200, dir: "auto", value: form[key], oninput: (event) => (form[key] = event.target.value) }));
        };
        const single = form.asked.filter((one) => !checklists.some((checklist) => checklist.id === one));
        return h(
          "form",
          {
            class: "form",
            onsubmit: (event) => {
              event.preventDefault();
              send();
            },
          },
          h("div", { class: "pair" }, isNew && text("Name", "name"), text("Role", "role")),
          choices("Takes part as", [["respondent", "Respondent"], ["interviewer", "Interviewer"]], form.kind, (kind) => (form.kind = kind)),
          h(
            "fieldset",
            { class: "checks" },
            h("legend", {}, "Is asked ", h("span", { class: "hint" }, "(nothing chosen: everything)")),
            checklists.map((checklist) =>
              h(
                "label",
                { class: "check" },
                h("input", {
                  type: "checkbox",
                  checked: form.asked.includes(checklist.id),
                  onchange: (event) => {
                    form.asked = form.asked.filter((other) => other !== checklist.id);
                    if (event.target.checked) form.asked.push(checklist.id);
                  },
                }),
                h("span", {}, checklist.title),
              ),
            ),
          ),
          single.length > 0 && h("p", { class: "hint" }, `And the questions ${single.join(", ")}.`),
          h("div", { class: "row" }, h("button", { type: "submit", class: "button primary" }, isNew ? "Add" : "Save")),
        );
      }
    },
    { wide: true },
  );
}
