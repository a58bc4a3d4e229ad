// Requests to the server. `Refused` is its answer where it will not; anything else that is thrown
// means that it could not be reached.

let csrf = "";

export class Refused extends Error {
  constructor(status, said) {
    super(said.error || "the server refused");
    this.status = status;
    this.said = said;
  }
}

export async function get(path) {
  const said = await answer(await fetch(path));
  if (said.csrf) csrf = said.csrf;
  return said;
}

export async function post(path, body, { keepalive = false } = {}) {
  const headers = { "Content-Type": "application/json", "X-CSRF": csrf };
  return answer(await fetch(path, { method: "POST", headers, body: JSON.stringify(body), keepalive }));
}

async function answer(response) {
  let said = {};
  try {
    said = await response.json();
  } catch {
    if (response.ok) throw new Error("not understood");
  }
  if (!response.ok) throw new Refused(response.status, said);
  return said;
}
