// Who sits at this page, as the box knows it; and changes, which show the token of his session.

let known = null;

/** `{name, role, csrf, language, station, simulator, claimed, locked}`; asked once, until something is changed. */
export function me(anew = false) {
  if (!known || anew) {
    known = fetch("/api/me").then((answer) => answer.json());
    known.catch(() => { known = null; });
  }
  return known;
}

/** Post JSON as whoever is signed in here. A session that another tab has changed meanwhile is looked up once more. */
export async function post(path, fields = {}) {
  const before = await me();
  const first = await posted(path, fields, before);
  if (first.status !== 401 && first.status !== 403) return first;
  const now = await me(true);
  return now.csrf === before.csrf ? first : posted(path, fields, now); // a wrong password is sent once
}

function posted(path, fields, { csrf }) {
  const token = csrf ? { "X-Bellwire-Token": csrf } : {};
  return fetch(path, { method: "POST", headers: { "Content-Type": "application/json", ...token }, body: JSON.stringify(fields) });
}

/** As `post`: "" when it was done, else the sentence that says why not. */
export async function change(path, fields) {
  try {
    const answer = await post(path, fields);
    if (answer.ok) return "";
    const told = await answer.json().catch(() => ({}));
    return told.sentence || `The box answered ${answer.status}.`;
  } catch {
    return "The box's pages do not answer.";
  }
}
