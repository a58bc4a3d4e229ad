// The explorer of the report: filter and sort findings, drill from score to question to evidence.
// All of it stands in this file. Texts become text nodes and nothing else; the view and its filters
// stand in the address behind "#", so that a view can be sent. Without script the report is as printed.

const DATA = JSON.parse(document.getElementById("explorer-data").textContent);
const PAGE = 50; // rows of a table that are shown at once
const SEVERITIES = ["critical", "high", "medium", "low", "info"];
const RATINGS = { green: "Green", amber: "Amber", red: "Red", grey: "Not assessed" };
const WHOLE = "Whole engagement";

const by = (list, key) => new Map(list.map((one) => [one[key], one]));
const domains = by(DATA.domains, "id");
const findings = by(DATA.findings, "id");
const responses = by(DATA.responses, "finding");
const comments = by(DATA.comments, "place");
const items = new Map(DATA.domains.flatMap((domain) => domain.items.map((item) => [item.id, { ...item, domain: domain.id }])));
const titled = (id) => domains.get(id)?.title ?? ({ interview: "Interviews", portfolio: "Portfolio" }[id] ?? id);
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

// --- elements ------------------------------------------------------------------------------------

function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  const some = (child) => child !== null && child !== undefined && child !== false && child !== "";
  element.append(...children.flat(3).filter(some));
  return element;
}

const link = (to, ...children) => h("a", { href: to }, ...children);
const note = (...children) => h("p", { class: "note" }, ...children);
const pill = (severity) => h("span", { class: `pill ${severity}` }, capital(severity));
const light = (rating) => h("span", { class: `light ${rating}`, role: "img", "aria-label": RATINGS[rating] }, RATINGS[rating][0]);
const part = (title, ...children) => (children.flat().some(Boolean) ? h("section", {}, h("h2", {}, title), ...children) : null);
const printed = (anchor) => document.getElementById(anchor) && link(`#${anchor}`, "as it is printed");
const list = (entries, kind) => entries.length > 0 && h("ul", { class: kind }, entries.map((one) => h("li", {}, one)));
const stop = (finding) => finding.breaker && h("span", { class: "tag stop" }, "Deal breaker");
const said = (text, kind, ...who) => h("div", { class: `said ${kind}` }, h("b", {}, ...who), h("p", {}, text));
const facts = (pairs) => h("dl", { class: "facts" }, pairs.filter(([, value]) => value).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
const trail = (...steps) => h("nav", { class: "trail", "aria-label": "Breadcrumb" }, h("ol", {}, steps.map((step) => h("li", {}, step))));

// --- how values are written, as in print ---------------------------------------------------------

function number(value, digits = 1) {
  const places = Number.isInteger(value) ? 0 : digits;
  return value.toLocaleString("en", { minimumFractionDigits: places, maximumFractionDigits: places });
}

function percent(share) {
  if (share > 0 && share < 0.005) return "< 1%";
  if (share >= 0.995 && share < 1) return "> 99%";
  return `${Math.round(share * 100)}%`;
}

function cell(value, column) {
  if (value === null) return "not measured";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value !== "number") return value;
  if (column.toLowerCase().includes("share") && value >= 0 && value <= 1) return percent(value);
  // A chart prints no number, its table here does: nothing small becomes 0.
  return value && Math.abs(value) < 0.1 ? value.toLocaleString("en", { maximumSignificantDigits: 2 }) : number(value, Math.abs(value) < 10 ? 2 : 1);
}

const span = ([low, high]) => (low === high ? number(low) : `${number(low)}–${number(high)}`);
const counted = (count, one, many = `${one}s`) => `${number(count)} ${count === 1 ? one : many}`;
const level = (value) => (value === null ? "–" : `${number(value)} of 4`);

// --- the address: #/view/id?filter=… -------------------------------------------------------------

let params = new URLSearchParams();
let waiting = 0;

function address(view, id, query) {
  const path = [view, id].filter((one) => one !== undefined).map(encodeURIComponent).join("/");
  const text = new URLSearchParams(query).toString();
  return `#/${path}${text ? `?${text}` : ""}`;
}

// The link of a table's row to what it stands for.
const entry = (view, id, text, query) => h("a", { class: "title", href: address(view, id, query) }, text);

function where() {
  const [path, query] = location.hash.slice(2).split(/\?(.*)/s);
  let steps = [""];
  try {
    steps = path.split("/").map(decodeURIComponent);
  } catch {} // an address that somebody broke is none of ours
  return { ours: location.hash.startsWith("#/"), view: steps[0], id: steps[1], query };
}

// Browsers allow few changes of the address a second, fewer than keys are struck.
function keep() {
  clearTimeout(waiting);
  waiting = setTimeout(write, 200);
}

function write() {
  clearTimeout(waiting);
  const { ours, view, id } = where();
  if (ours) history.replaceState(null, "", address(view, id, params));
}

function put(name, ...values) {
  params.delete(name);
  for (const value of values) if (value !== "" || values.length > 1 || name === "repo") params.append(name, value);
  keep();
}

// --- tables --------------------------------------------------------------------------------------

const collator = new Intl.Collator("en", { numeric: true });

function compare(one, other) {
  if (typeof one === "number" && typeof other === "number") return one - other;
  return collator.compare(String(one), String(other));
}

// `rows` in the order that `sort` says, "name" or "-name"; what has no value comes last.
function sorted(rows, columns, sort) {
  const column = columns.find((one) => one.id === sort.replace(/^-/, ""));
  if (!column) return rows;
  const turn = sort.startsWith("-") ? -1 : 1;
  const keyed = rows.map((row) => [column.value(row), row]);
  const none = ([value]) => value === null || value === "";
  keyed.sort((one, other) => none(one) - none(other) || (none(one) ? 0 : turn * compare(one[0], other[0])));
  return keyed.map(([, row]) => row);
}

// A table that sorts by any column and is paged. A column has an id, a name, the value that is sorted
// by, and may show a row's cell otherwise. `key` tells the tables of one view apart in the address.
function table(name, columns, rows, { key = "", order = (sort) => sorted(rows, columns, sort) } = {}) {
  const heads = columns.map((column) => {
    const arrow = h("span", { "aria-hidden": "true" });
    const button = h("button", { type: "button", onclick: () => turn(column) }, column.name, arrow);
    return h("th", { scope: "col", class: column.figure && "figure" }, column.name ? button : null);
  });
  const body = h("tbody");
  const told = h("span", { class: "told" });
  const back = h("button", { type: "button", onclick: () => go(-1) }, "‹ Previous");
  const on = h("button", { type: "button", onclick: () => go(1) }, "Next ›");
  const pager = h("nav", { class: "pager", "aria-label": `Pages of ${name}` }, back, told, on);
  const whole = h("table", {}, h("thead", {}, h("tr", {}, heads)), body);
  const scroller = h("div", { class: "scroller", role: "region", "aria-label": name, tabindex: 0 }, whole);
  const sort = () => params.get(`${key}sort`) ?? "";
  const page = () => Math.min(Math.max(1, Math.trunc(Number(params.get(`${key}page`))) || 1), Math.max(1, Math.ceil(shown.length / PAGE)));
  let shown = [];

  function turn(column) {
    const first = column.falls ? `-${column.id}` : column.id;
    put(`${key}sort`, sort() === first ? (column.falls ? column.id : `-${column.id}`) : first);
    put(`${key}page`);
    draw();
  }

  function go(step) {
    put(`${key}page`, String(page() + step));
    draw();
    scroller.scrollIntoView({ block: "nearest" });
    if ((step < 0 ? back : on).disabled) scroller.focus();
  }

  function draw() {
    shown = order(sort());
    const first = (page() - 1) * PAGE;
    body.replaceChildren(...shown.slice(first, first + PAGE).map((row) =>
      h("tr", {}, columns.map((column) => {
        const content = column.show ? column.show(row) : column.value(row);
        const none = content === "" || content === null;
        return h("td", { class: column.figure && "figure", "data-name": column.name }, none ? h("span", { class: "none" }, "–") : content);
      }))));
    heads.forEach((head, place) => {
      const own = sort().replace(/^-/, "") === columns[place].id;
      if (own) head.setAttribute("aria-sort", sort().startsWith("-") ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    pager.hidden = shown.length <= PAGE;
    back.disabled = first === 0;
    on.disabled = first + PAGE >= shown.length;
    told.textContent = `${number(first + 1)}–${number(Math.min(first + PAGE, shown.length))} of ${number(shown.length)}`;
  }

  draw();
  return { element: h("div", { class: "table" }, scroller, pager), draw };
}

// What is searched for: words, and phrases within quotes.
const wordsOf = (text) => ((text ?? "").toLowerCase().match(/"[^"]+"|[^\s"]+/g) ?? []).map((word) => word.replaceAll('"', ""));

// A field that narrows a table down to the rows that hold all words.
function searchable(name, columns, rows, key = "") {
  const texts = rows.map((row) => columns.map((column) => String(column.value(row) ?? "")).join("\n").toLowerCase());
  const matching = () => {
    const words = wordsOf(params.get(`${key}q`));
    return rows.filter((_, place) => words.every((word) => texts[place].includes(word)));
  };
  const order = (sort) => sorted(matching(), columns, sort);
  const made = table(name, columns, rows, { key, order });
  const status = h("p", { class: "note", role: "status" });
  const field = h("input", { type: "search", "aria-label": `Search ${name}`, placeholder: "Search", value: params.get(`${key}q`) ?? "" });
  const tell = () => {
    const left = matching().length;
    status.textContent = left === rows.length ? counted(left, "row") : left ? `${number(left)} of ${counted(rows.length, "row")}` : "Nothing matches this search.";
  };
  field.addEventListener("input", () => { put(`${key}q`, field.value); put(`${key}page`); made.draw(); tell(); });
  tell();
  return [h("div", { class: "row" }, rows.length > 10 && field, status), made.element];
}

// --- findings ------------------------------------------------------------------------------------

const FACETS = [
  { id: "severity", name: "Severity", of: (one) => [one.severity], word: capital, order: SEVERITIES },
  { id: "domain", name: "Domain", of: (one) => [one.domain], word: titled, order: DATA.domains.map((one) => one.id) },
  { id: "repo", name: "Repository", of: (one) => [one.repo], word: (name) => name || WHOLE },
  { id: "horizon", name: "Horizon", of: (one) => [one.horizon], word: capital, order: DATA.horizons },
  { id: "treatment", name: "Deal treatment", of: (one) => (one.treatment ? [one.treatment] : []), word: capital },
  { id: "tag", name: "Tag", of: (one) => one.tags, word: capital },
  { id: "mark", name: "Marked", of: marks, word: capital },
];

function marks(finding) {
  const response = responses.get(finding.id);
  return [
    finding.breaker && "deal breaker",
    comments.has(finding.id) && "adviser's comment",
    response && `client: ${response.position}`,
  ].filter(Boolean);
}

// What each finding is found by, once; the filters only look it up.
const index = DATA.findings.map((finding, place) => ({
  finding,
  place,
  values: FACETS.map((facet) => facet.of(finding)),
  text: [
    finding.title, finding.id, finding.rule, finding.repo, titled(finding.domain), finding.treatment, finding.saw, finding.means,
    finding.do, ...finding.tags, ...finding.places, comments.get(finding.id)?.text, responses.get(finding.id)?.words,
  ].join("\n").toLowerCase(),
}));
const options = FACETS.map((facet, place) => {
  const values = [...new Set(index.flatMap((one) => one.values[place]))];
  const rank = (value) => (facet.order ? (facet.order.indexOf(value) + 1 || Infinity) : 0);
  return values.sort((one, other) => rank(one) - rank(other) || collator.compare(one, other));
});

const COLUMNS = [
  { id: "severity", name: "Severity", value: (row) => -SEVERITIES.indexOf(row.finding.severity), show: (row) => pill(row.finding.severity), falls: true },
  { id: "title", name: "Finding", value: (row) => row.finding.title, show: (row) => [entry("finding", row.finding.id, row.finding.title, params), stop(row.finding)] },
  { id: "domain", name: "Domain", value: (row) => titled(row.finding.domain) },
  { id: "repo", name: "Repository", value: (row) => row.finding.repo || WHOLE },
  { id: "horizon", name: "Horizon", value: (row) => DATA.horizons.indexOf(row.finding.horizon), show: (row) => capital(row.finding.horizon) },
  { id: "treatment", name: "Deal treatment", value: (row) => capital(row.finding.treatment) },
  { id: "effort", name: "Person-days", value: ({ finding }) => finding.effort[0] + finding.effort[1], show: ({ finding }) => span(finding.effort), figure: true, falls: true },
];

let ordered = { sort: "", rows: index };

function inOrder(sort) {
  if (ordered.sort !== sort) ordered = { sort, rows: sorted(index, COLUMNS, sort) };
  return ordered.rows;
}

let found = { asked: null };

// The findings that pass all filters, in order; and, for each value of a filter, how many there
// would be with it, whatever else of its own kind is chosen.
function filtered() {
  if (found.asked === params.toString()) return found;
  const words = wordsOf(params.get("q"));
  const chosen = FACETS.map((facet) => new Set(params.getAll(facet.id)));
  const counts = FACETS.map(() => new Map());
  const passed = [];
  for (const one of inOrder(params.get("sort") ?? "")) {
    if (!words.every((word) => one.text.includes(word))) continue;
    const missed = [];
    for (let n = 0; n < FACETS.length; n += 1) {
      if (chosen[n].size && !one.values[n].some((value) => chosen[n].has(value))) missed.push(n);
    }
    if (missed.length > 1) continue;
    if (!missed.length) passed.push(one);
    for (const n of missed.length ? missed : FACETS.keys()) {
      for (const value of one.values[n]) counts[n].set(value, (counts[n].get(value) ?? 0) + 1);
    }
  }
  found = { asked: params.toString(), passed, counts };
  return found;
}

const KEYBOARD = [["/", "search,"], ["j", "next,"], ["k", "previous,"], ["Enter", "open,"], ["Esc", "back."]];

function findingsView() {
  if (!DATA.findings.length) return [h("h1", {}, "Findings"), note("There is no finding in this report. The scorecard tells what was not assessed, which is not the same as clean.")];
  const field = h("input", { type: "search", "aria-label": "Search findings", placeholder: "Search titles, texts, places, ids", value: params.get("q") ?? "" });
  const status = h("p", { class: "count", role: "status" });
  const chips = h("div", { class: "chips" });
  const all = h("button", { type: "button", onclick: clear }, "Show all findings");
  const empty = h("div", { class: "empty", hidden: true }, h("h2", {}, "No finding matches"), h("p", {}, "Take a filter away, or all of them."), all);
  const made = table("findings", COLUMNS, index, { order: () => filtered().passed });
  const boxes = options.map((values, n) => values.map((value) => {
    const box = h("input", { type: "checkbox", checked: params.getAll(FACETS[n].id).includes(value), onchange: () => choose(n) });
    return { value, box, count: h("span", { class: "n" }) };
  }));
  const facets = FACETS.map((facet, n) => boxes[n].length > 0 && h("fieldset", {}, h("legend", {}, facet.name), h("div", { class: "options" },
    boxes[n].map(({ value, box, count }) => h("label", {}, box, h("span", {}, facet.word(value)), count)))));

  function choose(n) {
    put(FACETS[n].id, ...boxes[n].filter(({ box }) => box.checked).map(({ value }) => value));
    changed();
  }

  function chip({ value, box, n }) {
    const word = FACETS[n].word(value);
    const remove = () => { box.checked = false; choose(n); field.focus(); };
    return h("button", { type: "button", class: "chip", "aria-label": `Remove ${FACETS[n].name}: ${word}`, onclick: remove }, word, " ×");
  }

  function clear() {
    for (const name of ["q", ...FACETS.map((facet) => facet.id)]) params.delete(name);
    field.value = "";
    for (const { box } of boxes.flat()) box.checked = false;
    changed();
    field.focus();
  }

  function changed() {
    put("page");
    draw();
  }

  function draw() {
    const { passed, counts } = filtered();
    made.draw();
    status.textContent = summary(passed);
    empty.hidden = passed.length > 0;
    made.element.hidden = !passed.length;
    boxes.forEach((options, n) => options.forEach(({ value, box, count }) => {
      const some = counts[n].get(value) ?? 0;
      count.textContent = number(some);
      box.parentElement.classList.toggle("zero", !some);
    }));
    const chosen = boxes.flatMap((options, n) => options.filter(({ box }) => box.checked).map((one) => ({ ...one, n })));
    chips.replaceChildren(...chosen.map(chip));
    if (chosen.length || field.value) chips.append(h("button", { type: "button", class: "chip clear", onclick: clear }, "Clear all"));
  }

  field.addEventListener("input", () => { put("q", field.value); changed(); });
  draw();
  const wide = matchMedia("(min-width: 60rem)").matches;
  return [
    h("h1", {}, "Findings"),
    h("div", { class: "explorer" },
      h("details", { class: "filters", open: wide }, h("summary", {}, "Filters"), facets),
      h("div", { class: "results" }, h("div", { class: "row" }, field), status, chips, made.element, empty,
        note("Keys: ", KEYBOARD.map(([key, does]) => [h("kbd", {}, key), ` ${does} `]), "The address holds this view; copy it to send it."))),
  ];
}

function summary(rows) {
  const effort = [0, 1].map((end) => rows.reduce((sum, { finding }) => sum + finding.effort[end], 0));
  const grave = SEVERITIES.map((severity) => [rows.filter(({ finding }) => finding.severity === severity).length, severity]).filter(([count]) => count);
  const share = rows.length === index.length ? counted(rows.length, "finding") : `${number(rows.length)} of ${counted(index.length, "finding")}`;
  return rows.length ? `${share}: ${grave.map(([count, severity]) => `${number(count)} ${severity}`).join(", ")}; ${span(effort)} person-days` : share;
}

function findingView(id) {
  const finding = findings.get(id);
  if (!finding) return missing("finding", address("findings"));
  const { passed } = filtered();
  const place = passed.findIndex((one) => one.finding === finding);
  const beside = (step) => (place < 0 ? undefined : passed[place + step]?.finding);
  const step = (one, name, rel) => (one ? h("a", { class: "step", rel, href: address("finding", one.id, params) }, name) : h("span", { class: "step none" }, name));
  const count = place < 0 ? "not among those that the filters show" : `${number(place + 1)} of ${number(passed.length)}`;
  const texts = [["What we saw", finding.saw], ["What it means", finding.means], ["What to do", finding.do]];
  const domain = link(address("domain", finding.domain), titled(finding.domain));
  const reference = (one) => (finding.links.includes(one) ? h("a", { href: one, rel: "noopener noreferrer", target: "_blank" }, one) : one);
  const places = [{ id: "place", name: "Place", value: (row) => row }];
  const same = DATA.findings.filter((one) => one.rule === finding.rule && one !== finding).length;
  const response = responses.get(id);
  const comment = comments.get(id);
  return [
    trail(h("a", { class: "up", href: address("findings", undefined, params) }, "Findings"), domain, "This finding"),
    h("div", { class: "row steps" }, step(beside(-1), "‹ Previous", "prev"), h("span", { class: "note" }, count), step(beside(1), "Next ›", "next")),
    h("article", { class: "card" },
      h("p", { class: "badges" }, pill(finding.severity), stop(finding), finding.tags.map((tag) => h("span", { class: "tag" }, tag))),
      h("h1", {}, finding.title),
      h("div", { class: "three" }, texts.map(([name, text]) => part(name, h("p", {}, text || "Nothing is recorded.")))),
      comment && said(comment.text, "adviser", "The adviser's comment"),
      response && said(response.words, "client", `The client (${response.position})`, [response.by, response.date].filter(Boolean).map((one) => `, ${one}`)),
      response?.reply && said(response.reply, "adviser", "The adviser's reply", response.replied && `, ${response.replied}`),
      facts([
        ["Effort", `${span(finding.effort)} person-days`], ["Horizon", capital(finding.horizon)], ["Deal treatment", capital(finding.treatment)],
        ["Repository", finding.repo || WHOLE], ["Domain", domain.cloneNode(true)], ["Threshold", finding.threshold],
        ["In the report", printed(`f-${finding.id}`)],
        ["Question", items.has(finding.item) && link(address("question", finding.item), finding.item)], ["Source", finding.source], ["Id", finding.id],
        ["Rule", finding.rule], ["Of this rule", same > 0 && link(address("findings", undefined, { q: finding.rule }), counted(same, "other finding"))],
      ]),
      part(`Places (${number(finding.places.length)})`, finding.places.length > 10 ? searchable("places", places, finding.places, "p.") : list(finding.places)),
      part("References", list(finding.references.map(reference))),
    ),
  ];
}

// --- from score to question to evidence ----------------------------------------------------------

function scorebar(domain) {
  if (domain.score === null) return h("span", { class: "none" }, domain.coverage ? "too little assessed" : "not assessed");
  const told = `${score(domain)} of 100, between ${number(domain.low, 0)} and ${number(domain.high, 0)}`;
  const meter = h("span", { class: "meter", role: "img", "aria-label": told }, h("i"), h("b", { class: domain.rating }));
  meter.firstChild.style.cssText = `left: ${domain.low}%; width: ${Math.max(0, domain.high - domain.low)}%`;
  meter.lastChild.style.left = `${domain.score}%`;
  return meter;
}

const score = (one) => (one.score === null ? "–" : number(one.score, 0));
const assessed = (domain) => domain.items.filter((item) => item.level !== null).length;
const findingsOf = (domain) => DATA.findings.filter((one) => one.domain === domain);
const findingLine = (one, query) => [pill(one.severity), " ", link(address("finding", one.id, query), one.title)];
const known = (one) => `${RATINGS[one.rating]}${one.score === null ? "" : `, ${score(one)} of 100`}`;
const coverage = (one) => `Coverage ${percent(one.coverage)}, confidence ${one.confidence}`;

function scorecardView() {
  const allFindings = (row) => link(address("findings", undefined, { domain: row.id }), number(findingsOf(row.id).length));
  const verdict = DATA.verdict;
  const columns = [
    { id: "light", name: "Light", value: (row) => Object.keys(RATINGS).indexOf(row.rating), show: (row) => light(row.rating) },
    { id: "domain", name: "Domain", value: (row) => row.title, show: (row) => entry("domain", row.id, row.title) },
    { id: "score", name: "Score", value: (row) => row.score, show: score, figure: true, falls: true },
    { id: "range", name: "Range", value: (row) => (row.score === null ? null : row.high - row.low), show: scorebar },
    { id: "coverage", name: "Coverage", value: (row) => row.coverage, show: (row) => percent(row.coverage), figure: true, falls: true },
    { id: "confidence", name: "Confidence", value: (row) => ["high", "medium", "low", "none"].indexOf(row.confidence), show: (row) => capital(row.confidence) },
    { id: "questions", name: "Questions assessed", value: assessed, show: (row) => `${assessed(row)} of ${row.items.length}`, figure: true, falls: true },
    { id: "findings", name: "Findings", value: (row) => findingsOf(row.id).length, show: allFindings, figure: true, falls: true },
  ];
  return [
    h("h1", {}, "Scorecard"),
    h("div", { class: "verdict" }, light(verdict.rating), h("div", {}, h("p", { class: "lead" }, verdict.label),
      verdict.score !== null && h("p", {}, `${score(verdict)} of 100`), note(`${coverage(verdict)}. ${verdict.rule}`))),
    table("domains", columns, DATA.domains).element,
    note("The mark is the score, the band the range that open and doubtful answers leave. Not assessed is never the same as clean."),
  ];
}

const QUESTIONS = [
  { id: "id", name: "Id", value: (row) => row.id },
  { id: "ask", name: "Question", value: (row) => row.ask, show: (row) => entry("question", row.id, row.ask) },
  { id: "importance", name: "Importance", value: (row) => ["critical", "major", "minor"].indexOf(row.importance), show: (row) => capital(row.importance) },
  { id: "level", name: "Level", value: (row) => row.level, show: (row) => (row.applicable ? level(row.level) : "does not apply"), figure: true },
  { id: "grade", name: "Evidence", value: (row) => ["Stated", "Shown", "Sampled", "Measured"].indexOf(row.grade) + 1 || null, show: (row) => row.grade },
  { id: "outcome", name: "Outcome", value: (row) => row.outcome, show: (row) => capital(row.outcome) },
  { id: "basis", name: "Basis", value: (row) => row.basis },
];
const CHECKS = [
  { id: "title", name: "Check", value: (row) => row.title },
  { id: "repo", name: "Repository", value: (row) => row.repo || WHOLE },
  { id: "threshold", name: "Threshold", value: (row) => row.threshold },
  { id: "observed", name: "Observed", value: (row) => row.observed },
  { id: "result", name: "Result", value: (row) => row.result, show: (row) => capital(row.result) },
];

function domainView(id) {
  const domain = domains.get(id);
  if (!domain) return missing("domain", address("scorecard"));
  const mine = (list) => list.filter((one) => one.domain === id);
  const checks = mine(DATA.checks);
  const exhibits = mine(numbered);
  const found = mine(DATA.findings);
  return [
    trail(h("a", { class: "up", href: address("scorecard") }, "Scorecard"), domain.title),
    h("div", { class: "verdict" }, light(domain.rating), h("div", {}, h("h1", {}, domain.title),
      h("p", { class: "lead" }, known(domain), domain.score !== null && [" ", scorebar(domain)]),
      note(coverage(domain), domain.told !== null && `; by answers alone ${number(domain.told, 0)}`), printed(`d-${id}`))),
    domain.intro && h("p", {}, domain.intro),
    comments.has(id) && said(comments.get(id).text, "adviser", "The adviser's comment"),
    part("What decides it", list(domain.rationale)),
    h("div", { class: "three" }, part("Strengths", list(domain.strengths)), part("Not assessed here", list(domain.gaps))),
    part(`Questions (${number(domain.items.length)})`, domain.items.length > 0 && searchable("questions", QUESTIONS, domain.items, "i.")),
    part(`Findings (${number(found.length)})`,
      list(found.slice(0, 12).map((one) => findingLine(one, { domain: id })), "plain") || note(domain.rating === "grey" ? "No finding, because too little could be looked at." : "No check of this domain fired."),
      found.length > 12 && link(address("findings", undefined, { domain: id }), `All ${number(found.length)} findings`)),
    part(`Exhibits (${number(exhibits.length)})`, exhibitList(exhibits)),
    part(`Measures`, measures((one) => one.domain === id, "m.")),
    part(`Checks (${number(checks.length)})`, checks.length > 0 && searchable("checks", CHECKS, checks, "c.")),
  ];
}

function questionView(id) {
  const item = items.get(id);
  if (!item) return missing("question", address("scorecard"));
  const domain = domains.get(item.domain);
  const difference = DATA.differences.filter((one) => one.item === id);
  const told = DATA.findings.filter((one) => one.item === id);
  const named = item.metrics.flatMap((name) => (metrics.get(name) ?? []).filter((one) => !one.repo));
  return [
    trail(link(address("scorecard"), "Scorecard"), h("a", { class: "up", href: address("domain", domain.id) }, domain.title), id),
    h("h1", {}, item.ask),
    item.why && h("p", {}, item.why),
    facts([["Level", item.applicable ? level(item.level) : "does not apply"], ["Evidence", item.grade || "none"],
      ["Outcome", capital(item.outcome)], ["Importance", capital(item.importance)],
      ["Stated", item.stated !== null && level(item.stated)], ["Measured", item.measured !== null && level(item.measured)], ["By", item.by]]),
    part("Where the level comes from", h("p", {}, capital(item.basis)), item.capped && h("p", {}, capital(item.capped)), item.note && said(item.note, "client", "Note")),
    part("Answer against evidence", difference.flatMap((one) => [
      h("p", {}, one.words || one.about), one.told && h("p", {}, h("b", {}, "Told: "), one.told), one.seen && h("p", {}, h("b", {}, "Seen: "), one.seen),
    ])),
    part("Evidence", list(item.evidence) || note("No evidence from the repositories is recorded for this question.")),
    part("Measures that it rests on", list(named.map((one) => [link(address("measure", one.name), one.label), `: ${one.said}`, over(one) && ` (${over(one)})`]))),
    pictured(item.metrics),
    part("Who said what", list(item.voices.map((one) => [h("b", {}, one.by || "Somebody"), `: ${one.said}`, one.grade && `, ${one.grade.toLowerCase()}`, one.confidence && `, ${one.confidence} confidence`]))),
    part("Documents shown", list(item.documents)),
    part("What would move the result", list(DATA.moves.filter((one) => one.item === id).map((one) => one.words))),
    part("Findings of this question", list(told.map((one) => findingLine(one)), "plain")),
    part(`More on ${domain.title}`, list([
      link(address("findings", undefined, { domain: domain.id }), counted(findingsOf(domain.id).length, "finding")),
      link(address("exhibits", undefined, { q: domain.title }), "Its exhibits"),
    ])),
  ];
}

// --- measures and exhibits -----------------------------------------------------------------------

const metrics = new Map();
for (const { of, ...one } of DATA.metrics) {
  const found = of.map(([repo, value, said, basis, note]) => ({ ...one, repo, value, said, basis, note }));
  metrics.set(one.name, [...(metrics.get(one.name) ?? []), ...found]);
}
const numbered = DATA.exhibits.map((one, place) => ({ ...one, number: String(place) }));
const pictures = new Map();
for (const one of document.querySelectorAll("svg[data-exhibit]")) pictures.set(one.dataset.exhibit, one);
for (const { content } of document.querySelectorAll("template.pictures")) pictures.set(content.firstElementChild.dataset.exhibit, content.firstElementChild);

// The exhibits that show what a measure counts: those of the same probe, which bear its name.
function pictured(names) {
  const probes = [...new Set(names.map((name) => name.split(".")[0]))];
  const shown = numbered.filter((one) => probes.some((probe) => one.name === probe || one.name.startsWith(`${probe}_`) || one.name.startsWith(`${probe}.`)));
  return part("Exhibits on these measures", exhibitList(shown));
}

const exhibitList = (shown) => list(shown.map((one) => [link(address("exhibit", one.number), one.title), one.repo && ` (${one.repo})`]));

// What a measure was counted over, and what is to be said of it.
const over = (one) => [one?.basis, one?.note].filter(Boolean).join("; ");

const COLUMNS_OF_REPOSITORIES = 6;

// One row a measure, with a column for each repository where these are few.
function measures(wanted, key = "") {
  const groups = [...metrics.values()].map((group) => group.filter(wanted)).filter((group) => group.length);
  if (!groups.length) return null;
  const all = [...new Set(groups.flat().map((one) => one.repo))].filter(Boolean);
  const rows = groups.map((group) => ({ ...group[0], repos: by(group, "repo") }));
  const few = all.length <= COLUMNS_OF_REPOSITORIES ? all : [];
  const value = (row, repo) => row.repos.get(repo)?.value ?? null;
  const say = (row, repo) => row.repos.get(repo)?.said ?? "";
  return searchable("measures", [
    { id: "measure", name: "Measure", value: (row) => row.label, show: (row) => entry("measure", row.name, row.label) },
    { id: "domain", name: "Domain", value: (row) => titled(row.domain) },
    { id: "overall", name: "Overall", value: (row) => value(row, ""), show: (row) => say(row, ""), figure: true, falls: true },
    ...few.map((repo, n) => ({ id: `r${n}`, name: repo, value: (row) => value(row, repo), show: (row) => say(row, repo), figure: true, falls: true })),
    all.length > few.length && { id: "repos", name: "Repositories", value: (row) => row.repos.size - row.repos.has(""), figure: true, falls: true },
    { id: "basis", name: "Counted over, or why not", value: (row) => over(row.repos.get("")) },
  ].filter(Boolean), rows, key);
}

function measuresView() {
  return [h("h1", {}, "Measures"), measures(() => true) ?? note("Nothing could be measured.")];
}

function measureView(name) {
  const group = metrics.get(name);
  if (!group) return missing("measure", address("measures"));
  const asked = [...items.values()].filter((item) => item.metrics.includes(name));
  const domain = group[0].domain;
  return [
    trail(h("a", { class: "up", href: address("measures") }, "Measures"), link(address("domain", domain), titled(domain)), group[0].label),
    h("h1", {}, group[0].label),
    group[0].meaning && h("p", {}, group[0].meaning),
    searchable("repositories", [
      { id: "repo", name: "Repository", value: (row) => row.repo || WHOLE },
      { id: "value", name: "Value", value: (row) => row.value, show: (row) => row.said, figure: true, falls: true },
      { id: "basis", name: "Counted over", value: (row) => row.basis },
      { id: "note", name: "Why not", value: (row) => row.note },
    ], group),
    part("Questions that rest on it", list(asked.map((item) => link(address("question", item.id), `${item.id}: ${item.ask}`)))),
    pictured([name]),
    note(`Known to programs as ${name}.`),
  ];
}

function exhibitsView() {
  const columns = [
    { id: "title", name: "Exhibit", value: (row) => row.title, show: (row) => entry("exhibit", row.number, row.title) },
    { id: "domain", name: "Domain", value: (row) => titled(row.domain) },
    { id: "repo", name: "Repository", value: (row) => row.repo || WHOLE },
    { id: "kind", name: "Kind", value: (row) => (row.picture ? "chart and table" : row.full ? "table, not in print" : "table") },
    { id: "rows", name: "Rows", value: (row) => row.rows.length, show: (row) => number(row.rows.length), figure: true, falls: true },
  ];
  return [h("h1", {}, "Exhibits"), numbered.length ? searchable("exhibits", columns, numbered) : note("There is no exhibit in this report.")];
}

function exhibitView(id) {
  const exhibit = numbered[Number(id)];
  if (!exhibit) return missing("exhibit", address("exhibits"));
  const columns = exhibit.columns.map((name, n) => {
    const figure = exhibit.rows.some((row) => typeof row[n] === "number");
    return { id: String(n), name: name || `Column ${n + 1}`, value: (row) => row[n], show: (row) => cell(row[n], name), figure, falls: figure };
  });
  const picture = pictures.get(id);
  return [
    trail(h("a", { class: "up", href: address("exhibits") }, "Exhibits"), domains.has(exhibit.domain) ? link(address("domain", exhibit.domain), titled(exhibit.domain)) : titled(exhibit.domain), exhibit.title),
    h("h1", {}, exhibit.title),
    exhibit.repo && note(exhibit.repo),
    picture && h("figure", { tabindex: 0 }, picture.cloneNode(true)),
    exhibit.note && note(exhibit.note),
    exhibit.rows.length ? searchable("rows", columns, exhibit.rows) : note("No data."),
  ];
}

// --- the frame -----------------------------------------------------------------------------------

const VIEWS = {
  __proto__: null,
  scorecard: ["Scorecard", scorecardView],
  findings: ["Findings", findingsView, DATA.findings.length],
  exhibits: ["Exhibits", exhibitsView, DATA.exhibits.length],
  measures: ["Measures", measuresView, metrics.size],
};
const DETAILS = {
  __proto__: null,
  finding: ["findings", findingView],
  domain: ["scorecard", domainView],
  question: ["scorecard", questionView],
  exhibit: ["exhibits", exhibitView],
  measure: ["measures", measureView],
};

function missing(what, to) {
  return [h("h1", {}, `No such ${what}`), h("p", {}, `The address names a ${what} that is not in this report. It may belong to another edition. `), link(to, "Show all")];
}

const tab = (id, name, count) => h("a", { href: id ? address(id) : "#" }, name, count !== undefined && h("span", { class: "n" }, ` ${number(count)}`));
const tabs = [["", ["Report"]], ...Object.entries(VIEWS)].map(([id, [name, , count]]) => [id, tab(id, name, count)]);
const main = h("main", { tabindex: -1 });
const host = h("div", { id: "explorer" });
const root = host.attachShadow({ mode: "open" });
if (/^#[0-9a-f]{6}$/i.test(DATA.colour)) host.style.setProperty("--brand", DATA.colour);
const sheet = new CSSStyleSheet();
sheet.replaceSync(document.getElementById("explorer-style").textContent);
root.adoptedStyleSheets = [sheet];
root.append(
  h("header", { class: "bar" },
    h("button", { type: "button", class: "skip", onclick: () => content().focus() }, "Skip to the content"),
    h("div", { class: "whose" }, h("b", {}, DATA.client), h("span", {}, `${DATA.date}, ${DATA.audience} edition`)),
    h("nav", { "aria-label": "Views" }, tabs.map(([, tab]) => tab)),
    h("span", { class: "secret" }, "Confidential")),
  main,
);
// The report itself moves into a sheet of paper; nothing of it changes.
const paper = h("main", { class: "paper", tabindex: -1 });
paper.append(...document.body.childNodes);
document.body.append(host, paper);
document.documentElement.classList.add("explored");
if (matchMedia("(max-width: 50rem)").matches) {
  for (const one of paper.querySelectorAll("table, figure")) one.tabIndex = 0; // they scroll there
}
const content = () => (main.hidden ? paper : main);
const title = document.title;

function route() {
  const { ours, view, id, query } = where();
  params = new URLSearchParams(query);
  const [tab, draw] = DETAILS[view] ?? [view, VIEWS[view]?.[1]];
  const exploring = ours && Boolean(draw);
  document.documentElement.classList.toggle("exploring", exploring);
  main.hidden = !exploring;
  main.replaceChildren(...(exploring ? draw(id) : []).flat(3).filter(Boolean));
  for (const [name, one] of tabs) {
    if (name === (exploring ? tab : "")) {
      one.setAttribute("aria-current", "page");
      one.parentElement.scrollLeft = one.offsetLeft - one.parentElement.offsetLeft - 24; // on a phone
    } else one.removeAttribute("aria-current");
  }
  const head = main.querySelector("h1");
  document.title = exploring ? `${head.textContent} | ${title}` : title;
  return head;
}

let before = location.hash;

// Where the view was left for a finding or a question, it goes on; else at its heading.
function moved() {
  const head = route();
  const left = [...main.querySelectorAll("a.title")].find((one) => one.hash === before);
  before = location.hash;
  if (left) {
    left.focus({ preventScroll: true });
    left.scrollIntoView({ block: "center" });
  } else if (head) {
    scrollTo(0, 0);
    head.tabIndex = -1;
    head.focus({ preventScroll: true });
  } else {
    const target = document.getElementById(location.hash.slice(1));
    if (target) target.scrollIntoView();
    else scrollTo(0, 0);
  }
}

addEventListener("hashchange", moved);
root.addEventListener("click", write, true); // before a link leads on

const next = (step) => {
  const titles = [...main.querySelectorAll("tbody a.title")];
  const place = titles.indexOf(root.activeElement);
  titles[Math.min(Math.max(place + step, 0), titles.length - 1)]?.focus();
  main.querySelector(step > 0 ? "a[rel=next]" : "a[rel=prev]")?.click();
};
const KEYS = {
  "/": () => (main.querySelector("input[type=search]") ?? tabs.find(([id]) => id === "findings")[1]).focus(),
  j: () => next(1),
  k: () => next(-1),
  Escape: () => main.querySelector("a.up")?.click(),
};

addEventListener("keydown", (event) => {
  const typing = event.composedPath()[0].matches?.("input[type=search], textarea, select");
  if (main.hidden || event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing && event.key === "Escape" && !root.activeElement.value) root.activeElement.blur();
  if (typing || !Object.hasOwn(KEYS, event.key)) return;
  event.preventDefault();
  KEYS[event.key]();
});

route();
if (!location.hash.startsWith("#/") && location.hash) moved();
