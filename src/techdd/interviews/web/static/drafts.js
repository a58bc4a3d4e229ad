// What was typed and is not saved yet, in this browser only: it outlives a reload, a crash and a
// server that is away, and goes as soon as the answer is in the journal.

let prefix = "techdd";

export function begin(engagement, person) {
  prefix = `techdd:${engagement}:${person}:`;
}

export function keep(whose, item, draft) {
  try {
    localStorage.setItem(key(whose, item), JSON.stringify(draft));
    return true;
  } catch {
    return false; // full, or switched off: the page itself still holds it
  }
}

export function find(whose, item) {
  return read(key(whose, item));
}

export function drop(whose, item) {
  try {
    localStorage.removeItem(key(whose, item));
  } catch {
    // nothing is kept there
  }
}

export function all() {
  const found = [];
  try {
    for (let at = 0; at < localStorage.length; at += 1) {
      const name = localStorage.key(at);
      if (!name.startsWith(prefix)) continue;
      const [whose, item] = JSON.parse(name.slice(prefix.length));
      const draft = read(name);
      if (draft) found.push({ whose, item, draft });
    }
  } catch {
    // nothing is kept there
  }
  return found;
}

export function dropAll() {
  for (const { whose, item } of all()) drop(whose, item);
}

function key(whose, item) {
  return prefix + JSON.stringify([whose, item]);
}

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null;
  }
}
