// Builds elements. Texts only ever become text nodes: nothing that anybody wrote is read as markup.

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in PROPERTIES) element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  add(element, children);
  return element;
}

const PROPERTIES = { value: 1, checked: 1, disabled: 1, hidden: 1, textContent: 1, htmlFor: 1 };

function add(element, children) {
  for (const child of children.flat(9)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child);
  }
}

export function fill(element, ...children) {
  element.replaceChildren();
  add(element, children);
  return element;
}

// What somebody typed, isolated from the direction of the text around it.
export function typed(text, tag = "span") {
  return h(tag, { class: "typed", dir: "auto" }, text);
}

let numbers = 0;
export function unique(prefix) {
  numbers += 1;
  return `${prefix}-${numbers}`;
}

// One of several, as a row of radio buttons that may also be none.
export function choices(legend, options, value, changed, hint = "") {
  const name = unique("choice");
  return h(
    "fieldset",
    { class: "segments" },
    h("legend", {}, legend, hint && h("span", { class: "hint" }, ` ${hint}`)),
    h(
      "div",
      { class: "segment-row" },
      options.map(([key, label]) =>
        h(
          "label",
          { class: "segment" },
          h("input", {
            type: "radio",
            name,
            value: String(key),
            checked: value === key,
            onchange: () => changed(key),
          }),
          h("span", {}, label),
        ),
      ),
    ),
  );
}

export function clock(iso) {
  if (!iso) return "";
  const at = new Date(iso);
  const today = new Date().toDateString() === at.toDateString();
  return at.toLocaleString([], today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" });
}
