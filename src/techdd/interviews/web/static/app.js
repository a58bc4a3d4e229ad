// The page: which question is open, whose answers are given, and what the server says meanwhile.

import * as answers from "./answer.js";
import { get, post, Refused } from "./api.js";
import * as dialogs from "./dialogs.js";
import { clock, fill, h, typed } from "./dom.js";
import * as drafts from "./drafts.js";
import { questionForm } from "./form.js";
import { nav } from "./nav.js";
import { historyList, panel } from "./panel.js";
import { Saver } from "./saver.js";

const LOOK_AGAIN = 3000;
const root = document.getElementById("app");
const page = { filter: "all", query: "", current: null, whose: "", mark: "0", said: {}, people: [], doubts: [] };
const items = new Map(); // id -> {item, checklist}
let me;
let saver;
let menu;
let form; // of the open question
let places;

const isInterviewer = () => me.kind === "interviewer";

// --- whose answers, and what they are -------------------------------------------------------------

function answerOf(whose, id) {
  const said = page.said[id];
  if (!said) return { seen: "", answer: null };
  if (!isInterviewer()) return said;
  const answer = said.voices?.find((one) => one.person === whose) ?? null;
  return { seen: said.seen[whose] ?? "", answer };
}

function mine(id) {
  return answerOf(page.whose, id);
}

function marks(item) {
  const { answer } = mine(item.id);
  const draft = drafts.find(page.whose, item.id);
  const said = page.said[item.id];
  return {
    answered: answers.short(answer),
    draft: Boolean(draft) && (answers.missing(draft.form, item) !== "" || saver.isStuck(page.whose, item.id)),
    critical: item.importance === "critical",
    differs: isInterviewer() && said?.spread > 0,
  };
}

// What the person is asked whose answers are given; an interviewer's own are all.
function checklists() {
  const who = page.people.find((one) => one.person === page.whose);
  if (!isInterviewer() || !who || who.person === me.person || !who.asked.length) return page.checklists;
  return page.checklists
    .map((one) => (who.asked.includes(one.id) ? one : { ...one, items: one.items.filter((item) => who.asked.includes(item.id)) }))
    .filter((one) => one.items.length);
}

// --- loading --------------------------------------------------------------------------------------

async function start() {
  try {
    await load();
  } catch (error) {
    if (error instanceof Refused && error.status === 401) {
      fill(root, h("main", { class: "door" }, h("h1", {}, "You are not signed in"), h("p", {}, "Open the link that you were given. If it was used already, ask the interviewer for a new one.")));
    } else {
      fill(root, h("main", { class: "door" }, h("h1", {}, "The server does not answer"), h("p", { role: "alert" }, "Trying again … What you typed is kept in this browser.")));
      setTimeout(start, LOOK_AGAIN);
    }
  }
}

async function load() {
  const asked = await get("/api/questions");
  me = asked.me;
  Object.assign(page, { checklists: asked.checklists, scope: asked.scope, client: asked.client, engagement: asked.engagement });
  items.clear();
  for (const checklist of asked.checklists) for (const item of checklist.items) items.set(item.id, { item, checklist });
  drafts.begin(asked.engagement, me.person);
  const state = await get("/api/state/0");
  take(state);
  if (isInterviewer()) {
    const before = remembered();
    const respondents = page.people.filter((one) => one.kind === "respondent");
    page.whose = page.people.some((one) => one.person === before) ? before : (respondents[0]?.person ?? me.person);
  } else page.whose = me.person;
  saver ??= new Saver({
    get isInterviewer() {
      return isInterviewer();
    },
    item: (id) => items.get(id)?.item,
    saved,
    status: showStatus,
    conflict,
  });
  document.title = `Interview · ${page.client}`;
  frame();
  saver.recover((whose, id) => ({ form: answers.fromServer(answerOf(whose, id).answer) }));
  const wanted = location.hash.slice(1);
  const first = menu.shown().find((item) => !mine(item.id).answer) ?? menu.shown()[0];
  show(items.has(wanted) ? wanted : first?.id, false);
}

function take(state) {
  page.mark = state.mark;
  if (!state.answers) return false;
  Object.assign(page, { said: state.answers, people: state.people ?? [], doubts: state.doubts ?? [] });
  return state.scope !== page.scope;
}

async function look() {
  if (!saver) return;
  const before = saver.requests;
  const mark = page.mark;
  try {
    const state = await get(`/api/state/${mark}`);
    showReach(true);
    // An answer that is on its way is newer than what was read before it.
    if (saver.isBusy || saver.requests !== before || state.mark === mark) return;
    if (take(state)) {
      await load();
      return;
    }
    drawPeople();
    menu.draw();
    refresh();
    dispatchEvent(new Event("techdd:news"));
  } catch (error) {
    if (error instanceof Refused && error.status === 401) showReach(false, "You are no longer signed in. Ask the interviewer for a new link; what is not saved stays in this browser.");
    else showReach(false, "The server does not answer. You can go on: answers are kept in this browser and sent when it is back.");
  }
}

async function lookOn() {
  await look();
  setTimeout(lookOn, document.hidden ? 5 * LOOK_AGAIN : LOOK_AGAIN);
}

// --- the frame ------------------------------------------------------------------------------------

function frame() {
  places = {
    nav: h("nav", { id: "questions", "aria-label": "Questions" }),
    main: h("main", { id: "question", tabindex: "-1" }),
    aside: h("aside", { "aria-label": "For interviewers" }),
    status: h("p", { class: "status", role: "status", "aria-live": "polite" }),
    reach: h("p", { class: "reach", role: "alert", hidden: true }),
    whose: h("div", { class: "whose" }),
    place: h("span", { class: "count" }),
  };
  document.body.classList.toggle("asks", isInterviewer());
  fill(
    root,
    h(
      "header",
      { class: "bar" },
      h("button", { type: "button", class: "button only-narrow", "aria-expanded": "false", "aria-controls": "questions", onclick: toggleNav, id: "toggle" }, "Questions"),
      h("img", { src: "/static/icon.svg", alt: "", width: 28, height: 28, class: "only-wide" }),
      h("p", { class: "brand only-wide" }, h("strong", { class: "typed", dir: "auto" }, page.client), h("span", { class: "hint" }, "Technical due diligence")),
      places.whose,
      places.status,
      isInterviewer() && h("button", { type: "button", class: "button", onclick: showPeople }, "People"),
      h("button", { type: "button", class: "button only-wide", onclick: dialogs.help }, "Keys"),
      h("button", { type: "button", class: "button quiet", onclick: leave }, "Leave"),
    ),
    places.reach,
    h("div", { class: isInterviewer() ? "columns three" : "columns" }, places.nav, places.main, isInterviewer() && places.aside),
    h(
      "footer",
      { class: "steps" },
      h("button", { type: "button", class: "button", onclick: () => step(-1) }, "Back"),
      places.place,
      h("button", { type: "button", class: "button primary", onclick: () => step(1) }, "Next"),
    ),
  );
  menu = nav(places.nav, {
    checklists,
    marks,
    current: () => page.current,
    filter: () => page.filter,
    query: () => page.query,
    isInterviewer: isInterviewer(),
    go: (id) => show(id),
    filtered: (name) => {
      page.filter = name;
      menu.draw();
    },
    searched: (text) => {
      page.query = text;
      menu.draw();
    },
  });
  drawPeople();
}

function drawPeople() {
  if (isInterviewer()) {
    if (document.activeElement?.id !== "whose") {
      const options = page.people.map((one) => h("option", { value: one.person, selected: one.person === page.whose }, one.person === me.person ? `${one.name} (you)` : one.name));
      fill(places.whose, h("label", { for: "whose", class: "hint" }, "Answers of"), h("select", { id: "whose", onchange: (event) => choose(event.target.value) }, options));
    }
    if (page.doubts.length) showReach(false, `Look at the files: ${page.doubts.join("; ")}.`);
  } else fill(places.whose, typed(me.name, "strong"), me.role && h("span", { class: "hint" }, me.role));
}

function toggleNav() {
  const isOpen = document.body.classList.toggle("nav-open");
  document.getElementById("toggle").setAttribute("aria-expanded", String(isOpen));
}

function closeNav() {
  if (document.body.classList.contains("nav-open")) toggleNav();
}

function showReach(reached, message = "") {
  if (reached && page.doubts.length) return;
  if (places.reach.textContent !== message) places.reach.textContent = message;
  places.reach.hidden = reached;
}

// --- the question ---------------------------------------------------------------------------------

function show(id, moveFocus = true) {
  if (!items.has(id)) {
    fill(places.main, h("p", { class: "hint" }, "There is nothing to answer for you at present."));
    return;
  }
  saver.flush();
  page.current = id;
  history.replaceState(null, "", `#${id}`);
  closeNav();
  const draft = drafts.find(page.whose, id);
  form = draft?.form ?? answers.fromServer(mine(id).answer);
  drawQuestion();
  drawStatus();
  menu.draw();
  places.nav.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  const shown = menu.shown().map((item) => item.id);
  const at = shown.indexOf(id);
  places.place.textContent = at < 0 ? "" : `${at + 1} of ${shown.length}`;
  if (moveFocus) {
    scrollTo({ top: 0 });
    places.main.querySelector("h1").focus({ preventScroll: true });
  }
}

function drawQuestion() {
  const { item, checklist } = items.get(page.current);
  const who = page.people.find((one) => one.person === page.whose);
  const other = isInterviewer() && page.whose !== me.person ? who?.name : "";
  const outside = isInterviewer() && who && who.asked.length && !who.asked.includes(item.id) && !who.asked.includes(checklist.id);
  fill(
    places.main,
    h("p", { class: "eyebrow" }, `${checklist.title} · ${item.id}`, item.importance && item.importance !== "major" && h("span", { class: `tag ${item.importance}` }, item.importance)),
    h("h1", { tabindex: "-1" }, item.ask),
    item.why && h("p", { class: "why" }, item.why),
    outside && h("p", { class: "callout" }, typed(who.name), " is not asked this; you may still write an answer down."),
    questionForm({
      item,
      checklist,
      form,
      isInterviewer: isInterviewer(),
      answeredBy: other,
      changed,
      takeBack,
      canTakeBack: Boolean(mine(item.id).answer),
    }),
  );
  drawPanel();
}

function drawPanel() {
  if (!isInterviewer()) return;
  const { item } = items.get(page.current);
  const said = page.said[item.id];
  fill(
    places.aside,
    panel({
      item,
      said,
      whose: page.whose,
      choose,
      settle: () => dialogs.settle(item, said, (verdict) => post(`/api/decisions/${item.id}`, verdict)).then(look),
      undo: () => tell(post(`/api/decisions/${item.id}`, { mark: said.mark, withdrawn: true, note: "" })),
      history: async () => {
        const { entries } = await get(`/api/history/${item.id}`);
        dialogs.open(`${item.id}: all that was said`, () => historyList(entries, item), { wide: true });
      },
    }),
  );
}

// The server's news, where they concern what is open and nobody is at it here.
function refresh() {
  if (!page.current || !items.has(page.current)) return;
  drawPanel();
  const { item } = items.get(page.current);
  if (saver.has(page.whose, item.id) || drafts.find(page.whose, item.id)) return;
  const now = answers.fromServer(mine(item.id).answer);
  if (answers.same(form, now, item)) return;
  form = now;
  drawQuestion();
  drawStatus();
}

function changed(next, typing) {
  form = next;
  const { seen, answer } = mine(page.current);
  const { item } = items.get(page.current);
  if (!saver.has(page.whose, page.current) && answers.same(form, answers.fromServer(answer), item)) {
    drafts.drop(page.whose, page.current);
    drawStatus();
  } else {
    const draft = drafts.find(page.whose, page.current);
    saver.change(page.whose, page.current, form, draft?.seen ?? seen, typing);
  }
  menu.draw();
}

function saved(job, reply, { isWhole, yields }) {
  if (!yields) note(job, reply);
  if (isWhole) showStatus(job, "saved", `Saved ${clock(reply.at)}`);
  look();
}

// What the server now has, until its next state tells so itself.
function note(job, reply) {
  const sent = answers.toServer(job.form, items.get(job.item).item, true);
  const answer = { ...sent, at: reply.at, person: job.whose };
  const said = (page.said[job.item] ??= isInterviewer() ? { seen: {}, voices: [], times: 0, spread: 0 } : {});
  if (!isInterviewer()) Object.assign(said, { seen: reply.seen, answer });
  else {
    const by = page.people.find((one) => one.person === job.whose);
    said.seen[job.whose] = said.mark = reply.seen;
    said.times += 1;
    said.voices = [...(said.voices ?? []).filter((one) => one.person !== job.whose), { ...answer, by: by?.name, role: by?.role, recorded_by: job.whose === me.person ? "" : me.name, source: "web" }];
  }
}

async function takeBack() {
  const id = page.current;
  const whose = page.whose;
  const body = { seen: mine(id).seen, withdrawn: true };
  if (isInterviewer()) body.by = whose;
  saver.forget(whose, id);
  await tell(post(`/api/answers/${id}`, body));
}

async function conflict(job, said) {
  const { item } = items.get(job.item);
  const who = job.whose === me.person ? "" : page.people.find((one) => one.person === job.whose)?.name;
  const choice = await dialogs.conflict(item, job.form, said.answer, who);
  if (choice === "theirs" && page.current === job.item && page.whose === job.whose) {
    form = answers.fromServer(said.answer);
    drawQuestion();
  }
  if (choice === "theirs" && !said.answer) {
    saver.forget(job.whose, job.item); // theirs is that there is none
    look();
  } else saver.resolve(job, said.seen, choice === "mine");
}

async function tell(request) {
  try {
    await request;
  } catch (error) {
    showReach(false, `Not done: ${error.message}.`);
    return;
  }
  await look();
}

// --- what the person is told about saving ---------------------------------------------------------

function showStatus(job, state, message) {
  if (state !== "saving" && menu) menu.draw();
  if (job.whose !== page.whose || job.item !== page.current) return;
  places.status.className = `status ${state}`;
  if (places.status.textContent !== message) places.status.textContent = message;
}

function drawStatus() {
  const job = { whose: page.whose, item: page.current };
  const draft = drafts.find(page.whose, page.current);
  const { answer } = mine(page.current);
  const { item } = items.get(page.current);
  if (draft) showStatus(job, "draft", answers.missing(draft.form, item) || "Saving …");
  else if (answer) showStatus(job, "saved", `Saved ${clock(answer.at)}`);
  else showStatus(job, "", "");
}

// --- moving about ---------------------------------------------------------------------------------

function step(by) {
  const shown = menu.shown().map((item) => item.id);
  const order = [...items.keys()];
  const at = shown.indexOf(page.current);
  // The filter may have taken the open question out of the list meanwhile.
  const next = at >= 0 ? shown[at + by] : by > 0 ? shown.find((id) => order.indexOf(id) > order.indexOf(page.current)) : shown.findLast((id) => order.indexOf(id) < order.indexOf(page.current));
  if (next) show(next);
}

function choose(person) {
  saver.flush();
  page.whose = person;
  remember(person);
  drawPeople();
  const select = document.getElementById("whose");
  if (select) select.value = person;
  show(page.current, false);
}

// Whose answers an interviewer writes down, over a reload of this window.
function remembered() {
  try {
    return sessionStorage.getItem("whose");
  } catch {
    return null;
  }
}

function remember(person) {
  try {
    if (person) sessionStorage.setItem("whose", person);
    else sessionStorage.removeItem("whose");
  } catch {
    // it is chosen anew next time
  }
}

function showPeople() {
  const verb = (path) => async (body) => {
    const done = await post(path, typeof body === "string" ? { name: body } : body);
    await look();
    return done;
  };
  dialogs.people(() => page.people, page.checklists, { put: verb("/api/people"), link: verb("/api/people/link"), out: verb("/api/people/out") });
}

async function leave() {
  saver.flush();
  const unsaved = drafts.all().length;
  const sure = await dialogs.open("Leave the interview?", (close) => [
    h("p", {}, "You need a new link to come back in this browser."),
    unsaved > 0 && h("p", { class: "callout warn" }, `${unsaved} ${unsaved === 1 ? "answer is" : "answers are"} not saved yet and would be lost.`),
    h("div", { class: "row" }, h("button", { type: "button", class: "button primary", onclick: () => close(true) }, "Leave"), h("button", { type: "button", class: "button quiet", onclick: () => close(null) }, "Stay")),
  ]);
  if (!sure) return;
  try {
    await post("/api/leave", {});
  } catch (error) {
    if (!(error instanceof Refused && error.status === 401)) {
      showReach(false, "The server does not answer; you are still signed in.");
      return;
    }
  }
  drafts.dropAll();
  remember(null);
  location.replace("/");
}

const KEYS = {
  j: () => step(1),
  ArrowRight: () => step(1),
  k: () => step(-1),
  ArrowLeft: () => step(-1),
  m: () => places.main.querySelector("textarea[name=note]")?.focus(),
  "/": () => {
    document.body.classList.add("nav-open");
    document.getElementById("search").focus();
  },
  "?": () => dialogs.help(),
};

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !me || document.querySelector("dialog[open]")) return;
  const at = event.target;
  if (event.key === "Escape") {
    closeNav();
    at.blur?.();
    return;
  }
  const isTyping = at.matches?.("textarea, select, input:not([type=radio]):not([type=checkbox])");
  if (isTyping) return;
  // Arrows belong to the radio buttons while one has the focus.
  if (event.key.startsWith("Arrow") && at.matches?.("input")) return;
  const level = { n: "na", u: "unknown" }[event.key] ?? (/^[0-4]$/.test(event.key) ? event.key : null);
  const act = level ? () => press(level) : KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

function press(key) {
  places.main.querySelector(`.levels input[data-key="${key}"]`)?.click();
}

addEventListener("pagehide", () => saver?.flush({ keepalive: true }));
addEventListener("visibilitychange", () => (document.hidden ? saver?.flush({ keepalive: true }) : saver && look()));
addEventListener("focusout", (event) => {
  if (event.target.matches?.("textarea, input[type=text]")) saver?.flush();
});

await start();
lookOn();
