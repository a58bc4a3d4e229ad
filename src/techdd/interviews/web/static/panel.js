// Beside the question, for interviewers: what the repositories show, who said what, what was decided.

import { GRADES, inWords, short } from "./answer.js";
import { clock, h, typed } from "./dom.js";

const SOURCES = { web: "web page", terminal: "terminal", workbook: "workbook", markdown: "questionnaire", file: "file" };

export function panel({ item, said, whose, choose, settle, undo, history }) {
  return [evidence(item), voices()];

  function voices() {
    const list = said?.voices ?? [];
    return h(
      "section",
      { class: "card", "aria-label": "What was said" },
      h("h2", {}, "What was said"),
      said?.decision && decision(said.decision),
      said?.spread > 0 && h("p", { class: "callout warn" }, said.spread === 4 && list.some((one) => one.reason) ? "They disagree on whether it applies." : `They differ by ${said.spread} ${said.spread === 1 ? "level" : "levels"}. The lowest counts until you settle it.`),
      list.length === 0 && h("p", { class: "hint" }, "Nobody has answered yet."),
      h("ul", { class: "voices" }, list.map(voice)),
      h(
        "div",
        { class: "row" },
        list.length > 0 && h("button", { type: "button", class: said.spread ? "button primary" : "button", onclick: settle }, said.decision ? "Decide anew" : "Settle …"),
        said?.times > 0 && h("button", { type: "button", class: "button quiet", onclick: history }, `History (${said.times})`),
      ),
    );
  }

  function voice(one) {
    const facts = [
      one.role,
      one.level !== null && grade(one.grade),
      one.confidence && `${one.confidence} confidence`,
    ].filter(Boolean);
    const how = [
      clock(one.at),
      one.recorded_by ? `written down by ${one.recorded_by}` : "",
      SOURCES[one.source] && `by ${SOURCES[one.source]}`,
    ].filter(Boolean);
    return h(
      "li",
      { class: one.person === whose ? "voice chosen" : "voice" },
      h("span", { class: "badge" }, short(one)),
      h(
        "div",
        {},
        h("button", { type: "button", class: "name", onclick: () => choose(one.person), title: "Show and change this answer" }, typed(one.by || "Nobody named")),
        h("p", { class: "hint typed", dir: "auto" }, facts.join(" · ")),
        one.reason && typed(one.reason, "p"),
        one.note && typed(one.note, "p"),
        figures(one),
        one.documents.length > 0 && h("p", { class: "hint" }, "Shown: ", one.documents.map((paper, at) => [at ? ", " : "", typed(paper.name)])),
        h("p", { class: "hint typed", dir: "auto" }, how.join(", ")),
      ),
    );
  }

  function figures(one) {
    const known = item.figures.filter((figure) => figure.key in one.figures);
    return known.map((figure) => h("p", { class: "hint" }, `${figure.ask} `, typed(String(one.figures[figure.key]), "strong"), figure.unit && ` ${figure.unit}`));
  }

  function decision(one) {
    return h(
      "div",
      { class: "callout" },
      h("p", {}, h("strong", {}, `Settled at ${short(one)}`), ` by `, typed(one.by), one.overrules && ", over the evidence"),
      typed(one.note, "p"),
      h("button", { type: "button", class: "button quiet small", onclick: undo }, "Undo"),
    );
  }
}

function evidence(item) {
  const proof = item.evidence;
  return h(
    "section",
    { class: "card", "aria-label": "Evidence" },
    h("h2", {}, "What the repositories show"),
    proof ? h("ul", { class: "evidence" }, proof.says.map((sentence) => h("li", { class: sentence.startsWith("Not measured") ? "gap" : "" }, sentence))) : h("p", { class: "hint" }, "Nothing in a repository speaks to this question."),
    proof?.asks.length > 0 && h("div", { class: "callout" }, h("h3", {}, "Worth asking"), h("ul", {}, proof.asks.map((ask) => h("li", {}, ask)))),
    item.follow_ups.length > 0 && [h("h3", {}, "Ask on"), h("ul", {}, item.follow_ups.map((ask) => h("li", {}, ask)))],
  );
}

export function historyList(entries, item) {
  return h(
    "ol",
    { class: "history" },
    entries.map((one) =>
      h(
        "li",
        {},
        h("p", {}, typed(one.by || "Nobody named", "strong"), h("span", { class: "hint" }, ` ${[clock(one.at), one.recorded_by && `written down by ${one.recorded_by}`, one.round && `round ${one.round}`, one.settles && "decision"].filter(Boolean).join(" · ")}`)),
        h("p", { class: "typed", dir: "auto" }, inWords(one, item)),
        one.note && h("p", { class: "hint typed", dir: "auto" }, one.note),
      ),
    ),
  );
}

function grade(number) {
  return GRADES.find(([key]) => key === number)?.[1].toLowerCase();
}
