// Saves answers as they change: one request at a time for each answer, tried again while the server
// is away. `seen` is the answer that the person was looking at; if another one is there meanwhile
// the server says so, and the person chooses.

import { fromServer, missing, same, toServer } from "./answer.js";
import { post, Refused } from "./api.js";
import * as drafts from "./drafts.js";

const SOON = 300;
const WHILE_TYPING = 1200;

export class Saver {
  // `hooks`: isInterviewer, item(id), saved(job, reply), status(job, state, message), conflict(job, said)
  constructor(hooks) {
    this.hooks = hooks;
    this.jobs = new Map();
    this.requests = 0; // so that a state that was read before a save is not taken for the present
  }

  get isBusy() {
    return [...this.jobs.values()].some((job) => job.sending);
  }

  has(whose, item) {
    return this.jobs.has(`${whose}\n${item}`);
  }

  change(whose, item, form, seen, typing) {
    const key = `${whose}\n${item}`;
    const job = this.jobs.get(key) ?? { key, whose, item, seen, tries: 0 };
    this.jobs.set(key, job);
    job.form = structuredClone(form);
    job.version = (job.version ?? 0) + 1;
    drafts.keep(whose, item, { form: job.form, seen: job.seen });
    const lacks = missing(job.form, this.hooks.item(item));
    clearTimeout(job.timer);
    if (lacks) {
      this.hooks.status(job, "draft", lacks);
      return;
    }
    if (!job.asking) this.hooks.status(job, "saving", "Saving …");
    job.timer = setTimeout(() => this.send(job), typing ? WHILE_TYPING : SOON);
  }

  forget(whose, item) {
    const job = this.jobs.get(`${whose}\n${item}`);
    if (job) clearTimeout(job.timer);
    this.jobs.delete(`${whose}\n${item}`);
    drafts.drop(whose, item);
  }

  // All that waits, at once: before the person goes on, or the page goes away.
  flush({ keepalive = false } = {}) {
    for (const job of this.jobs.values()) {
      if (job.timer && !job.sending && !missing(job.form, this.hooks.item(job.item))) {
        clearTimeout(job.timer);
        this.send(job, { keepalive });
      }
    }
  }

  async send(job, { keepalive = false, yields = false } = {}) {
    if (job.sending || (job.asking && !yields)) return;
    job.timer = null;
    job.sending = true;
    this.requests += 1;
    const version = job.version;
    const { isInterviewer } = this.hooks;
    const body = { ...toServer(job.form, this.hooks.item(job.item), isInterviewer), seen: job.seen };
    if (isInterviewer) body.by = job.whose;
    if (yields) body.yields = true;
    try {
      const path = `/api/answers/${encodeURIComponent(job.item)}`;
      const reply = await post(path, body, { keepalive });
      this.requests += 1;
      Object.assign(job, { sending: false, tries: 0, refused: false, seen: reply.seen });
      const isWhole = job.version === version || yields;
      if (isWhole) this.forget(job.whose, job.item);
      this.hooks.saved(job, reply, { isWhole, yields });
      if (!isWhole) this.again(job, SOON);
    } catch (error) {
      this.requests += 1;
      job.sending = false;
      this.failed(job, error);
    }
  }

  // Whether an answer waits for something that will not happen by itself right away.
  isStuck(whose, item) {
    const job = this.jobs.get(`${whose}\n${item}`);
    return Boolean(job && (job.tries || job.asking || job.refused));
  }

  failed(job, error) {
    const status = error instanceof Refused ? error.status : 0;
    if (status === 409 && this.isOurs(job, error.said.answer)) {
      this.forget(job.whose, job.item);
      this.hooks.saved(job, { seen: error.said.seen, at: error.said.answer.at }, { isWhole: true, yields: false });
    } else if (status === 409) {
      job.asking = true;
      this.hooks.status(job, "trouble", "Changed elsewhere: choose which answer counts.");
      this.hooks.conflict(job, error.said);
    } else if (status === 401) {
      job.refused = true;
      this.hooks.status(job, "trouble", "Not saved: you are no longer signed in. It is kept in this browser.");
    } else if (status >= 400 && status < 500 && status !== 429) {
      job.refused = true;
      this.hooks.status(job, "trouble", `Not saved: ${error.message}.`);
    } else {
      const why = status ? `Not saved: ${error.message}.` : "The server does not answer.";
      this.hooks.status(job, "away", `${why} Kept in this browser, trying again …`);
      job.tries += 1;
      this.again(job, Math.min(15_000, 500 * 2 ** job.tries));
    }
  }

  // What a page sent as it went away may have arrived without its knowing.
  isOurs(job, answer) {
    return answer !== null && same(job.form, fromServer(answer), this.hooks.item(job.item));
  }

  again(job, delay) {
    drafts.keep(job.whose, job.item, { form: job.form, seen: job.seen });
    if (missing(job.form, this.hooks.item(job.item))) return; // a whole version went, the rest waits
    clearTimeout(job.timer);
    job.timer = setTimeout(() => this.send(job), delay);
  }

  // After a conflict: ours is recorded over theirs, or theirs again over ours. Both stay.
  resolve(job, seen, keepMine) {
    job.asking = false;
    job.seen = seen;
    job.tries = 0;
    drafts.keep(job.whose, job.item, { form: job.form, seen });
    this.send(job, { yields: !keepMine });
  }

  // What an earlier page left: nothing where it arrived after all, else it is saved now.
  recover(answers) {
    for (const { whose, item, draft } of drafts.all()) {
      const question = this.hooks.item(item);
      const there = answers(whose, item);
      if (!question || !draft.form) continue;
      if (same(draft.form, there.form, question)) drafts.drop(whose, item);
      else this.change(whose, item, draft.form, draft.seen, false);
    }
  }
}
