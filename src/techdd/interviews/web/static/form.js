// The question and what is answered to it.

import { CONFIDENCES, GRADES } from "./answer.js";
import { choices, fill, h, typed, unique } from "./dom.js";

const LARGEST = 200 * 1024 * 1024;

// `changed(form, typing)` is called with every change; `form` is changed in place.
export function questionForm({ item, checklist, form, isInterviewer, answeredBy, changed, takeBack, canTakeBack }) {
  const whole = h("form", { class: "form", autocomplete: "off" });
  whole.addEventListener("submit", (event) => event.preventDefault());
  const more = h("div", { class: "more" });
  whole.append(levels(), more);
  showMore();
  return whole;

  function levels() {
    const name = unique("level");
    const options = item.levels.map((text, level) => option(String(level), text, `${level}`));
    const others = [
      option("na", "Not applicable", "n", "Does not exist here; say why."),
      option("unknown", "I don’t know", "u", "Somebody else may."),
    ];
    const hint = answeredBy && h("span", { class: "hint" }, " Answer of ", typed(answeredBy));
    return h("fieldset", { class: "levels" }, h("legend", {}, "What describes it best?", hint), options, h("div", { class: "others" }, others));

    function option(key, text, sign, hint = "") {
      const chosen = form.kind === "level" ? String(form.level) : form.kind;
      return h(
        "label",
        { class: "level" },
        h("input", {
          type: "radio",
          name,
          value: key,
          checked: chosen === key,
          "data-key": key,
          onchange: () => choose(key),
        }),
        h("span", { class: "sign", "aria-hidden": "true" }, sign),
        h("span", { class: "level-text" }, text, hint && h("span", { class: "hint" }, hint)),
      );
    }
  }

  function choose(key) {
    const wasKind = form.kind;
    form.kind = key === "na" || key === "unknown" ? key : "level";
    form.level = form.kind === "level" ? Number(key) : null;
    if (wasKind !== form.kind) {
      showMore();
      if (key === "na") more.querySelector("textarea")?.focus();
    }
    changed(form, false);
  }

  function showMore() {
    fill(
      more,
      form.kind === "na" && textField("Why does it not apply?", form.reason, (text) => (form.reason = text), 3, "reason"),
      form.kind !== "na" && item.figures.length > 0 && h("div", { class: "figures" }, item.figures.map(figureField)),
      form.kind !== "na" &&
        form.kind !== "unknown" &&
        h(
          "div",
          { class: "pair" },
          isInterviewer &&
            choices("Known how?", GRADES, form.grade, (grade) => {
              form.grade = grade;
              changed(form, false);
            }),
          choices(isInterviewer ? "How sure are they?" : "How sure are you?", CONFIDENCES, form.confidence, (key) => {
            form.confidence = key;
            changed(form, false);
          }),
        ),
      textField("Note", form.note, (text) => (form.note = text), 4, "note"),
      documents(),
      canTakeBack && h("button", { type: "button", class: "button quiet", onclick: takeBack }, "Take this answer back"),
    );
  }

  function textField(label, value, set, rows, name) {
    const id = unique("text");
    return h(
      "div",
      { class: "field" },
      h("label", { for: id }, label),
      h("textarea", {
        id,
        name,
        rows,
        dir: "auto",
        maxlength: 20000,
        value,
        oninput: (event) => {
          set(event.target.value);
          changed(form, true);
        },
      }),
    );
  }

  function figureField(figure) {
    const id = unique("figure");
    const set = (event) => {
      form.figures = { ...form.figures, [figure.key]: event.target.value };
      changed(form, figure.kind === "text" || figure.kind === "number");
    };
    const value = form.figures[figure.key] ?? "";
    const shared = { id, "data-figure": figure.key, value };
    const input =
      figure.kind === "choice"
        ? h("select", { id, "data-figure": figure.key, onchange: set }, ["", ...figure.choices].map((one) => h("option", { value: one, selected: one === value }, one || "–")))
        : figure.kind === "date"
          ? h("input", { ...shared, type: "date", onchange: set })
          : h("input", { ...shared, type: "text", inputmode: figure.kind === "number" ? "decimal" : null, maxlength: 200, dir: "auto", oninput: set });
    return h(
      "div",
      { class: "field figure" },
      h("label", { for: id }, figure.ask, figure.unit && h("span", { class: "hint" }, ` (${figure.unit})`)),
      input,
    );
  }

  // The file never leaves the machine: the browser reads it and keeps its name and fingerprint.
  function documents() {
    const list = h("ul", { class: "documents" });
    const told = h("p", { class: "hint", role: "status" });
    const id = unique("file");
    const possible = Boolean(globalThis.crypto?.subtle);
    const picker = h("input", { type: "file", id, class: "picker", multiple: true, disabled: !possible, onchange: attach });
    show();
    return h(
      "div",
      { class: "field" },
      h("span", { class: "label" }, "Documents shown"),
      item.documents.length > 0 && h("p", { class: "hint" }, `Worth showing: ${item.documents.join("; ")}.`),
      list,
      h("label", { class: "button file", for: id }, "Attach a document", picker),
      h(
        "p",
        { class: "hint" },
        possible
          ? "Only its name and fingerprint (SHA-256) are kept. The file itself stays on this device."
          : "Documents can be attached where the page is reached over https, or on the machine that serves it.",
      ),
      told,
    );

    function show() {
      fill(
        list,
        form.documents.map((one) =>
          h(
            "li",
            {},
            h("span", { class: "typed", dir: "auto" }, one.name),
            h("code", { title: one.sha256 }, one.sha256.slice(0, 12)),
            h(
              "button",
              {
                type: "button",
                class: "button quiet small",
                "aria-label": `Remove ${one.name}`,
                onclick: () => {
                  form.documents = form.documents.filter((other) => other !== one);
                  show();
                  changed(form, false);
                },
              },
              "Remove",
            ),
          ),
        ),
      );
    }

    async function attach(event) {
      for (const file of event.target.files) {
        if (file.size > LARGEST) {
          told.textContent = `${file.name} is larger than 200 MB; note where it is kept instead.`;
          continue;
        }
        told.textContent = `Reading ${file.name} …`;
        try {
          const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
          const sha256 = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
          if (!form.documents.some((one) => one.sha256 === sha256)) {
            form.documents = [...form.documents, { name: file.name.slice(0, 200), sha256 }];
          }
          told.textContent = "";
        } catch {
          told.textContent = `${file.name} cannot be read.`;
        }
      }
      event.target.value = "";
      show();
      changed(form, false);
    }
  }
}
