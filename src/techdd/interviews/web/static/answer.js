// An answer while it is being given: what the form holds, whether it is whole, what is sent.

export function empty() {
  return { kind: null, level: null, reason: "", grade: 1, confidence: null, note: "", figures: {}, documents: [] };
}

export function fromServer(answer) {
  if (!answer) return empty();
  const kind = answer.level !== null ? "level" : answer.unknown ? "unknown" : answer.reason ? "na" : null;
  return {
    kind,
    level: answer.level,
    reason: answer.reason,
    grade: answer.grade ?? 1,
    confidence: answer.confidence,
    note: answer.note,
    figures: Object.fromEntries(Object.entries(answer.figures).map(([key, value]) => [key, String(value)])),
    documents: answer.documents,
  };
}

// What is still missing before it can be saved, in words; "" where nothing is.
export function missing(form, item) {
  if (form.kind === null) return "Choose a level to save it.";
  if (form.kind === "na" && !form.reason.trim()) return "Say why it does not apply, to save it.";
  for (const figure of item.figures) {
    const value = (form.figures[figure.key] ?? "").trim();
    if (figure.kind === "number" && value && !Number.isFinite(number(value))) {
      return `“${figure.ask}” needs a number, such as 4 or 1.5.`;
    }
  }
  return "";
}

// A comma is a decimal point, save where it could part thousands: 1,500 can be read in two ways.
function number(text) {
  return /^[-+]?\d{1,3}(,\d{3})+$/.test(text) ? NaN : Number(text.replace(",", "."));
}

export function toServer(form, item, isInterviewer) {
  const figures = {};
  for (const figure of item.figures) {
    const value = (form.figures[figure.key] ?? "").trim();
    if (value) figures[figure.key] = figure.kind === "number" ? number(value) : value;
  }
  const sent = {
    level: form.kind === "level" ? form.level : null,
    reason: form.kind === "na" ? form.reason : "",
    unknown: form.kind === "unknown",
    confidence: form.confidence,
    note: form.note,
    figures,
    documents: form.documents,
  };
  if (isInterviewer) sent.grade = form.grade;
  return sent;
}

export function same(one, other, item) {
  const text = (form) => {
    const sent = toServer(form, item, true);
    return JSON.stringify({ ...sent, kind: form.kind, reason: sent.reason.trim(), note: sent.note.trim() });
  };
  return text(one) === text(other);
}

// In few words, such as "3" or "n/a".
export function short(answer) {
  if (!answer) return "";
  if (answer.level !== null) return String(answer.level);
  return answer.unknown ? "?" : "n/a";
}

export function inWords(answer, item) {
  if (!answer || answer.withdrawn) return "Taken back";
  if (answer.level !== null) return `Level ${answer.level}: ${item.levels[answer.level]}`;
  return answer.unknown ? "Does not know" : `Not applicable: ${answer.reason}`;
}

export const GRADES = [[1, "Said"], [2, "Shown"], [3, "Sample inspected"]];
export const CONFIDENCES = [["low", "Not very"], ["medium", "Fairly"], ["high", "Very"]];
