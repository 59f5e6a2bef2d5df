// What the page of rights is made of: lists that are changed, fields that are sent, what is shown once.

import { post } from "./me.js";
import { html, useCallback, useEffect, useState } from "./parts.js";
import { t } from "./texts.js";

const ROLES = ["agent", "supervisor", "owner", "quality", "auditor"];

/** `[value, send, refusal]`: what `path` tells; `send(path, fields)` changes it, looks again and gives the answer, or null. */
export function useList(path) {
  const [value, setValue] = useState(null);
  const [refusal, setRefusal] = useState("");
  const look = useCallback(() => fetch(path).then((answer) => answer.json()).then(setValue), [path]);
  useEffect(() => { look(); }, [look]);
  const send = async (where, fields) => {
    const answer = await post(where, fields).catch(() => null);
    const told = answer ? await answer.json().catch(() => ({})) : {};
    setRefusal(answer?.ok ? "" : told.sentence || t("users.away"));
    look();
    return answer?.ok ? told : null;
  };
  return [value, send, refusal];
}

/** Fields that are sent together; they are empty again when they were taken. */
export function Sheet({ button, send, children }) {
  const submit = async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    if (await send(Object.fromEntries(new FormData(form)))) form.reset();
  };
  return html`<form class="fields" onSubmit=${submit}>${children}<button class="main">${button}</button></form>`;
}

/** Something that is shown once, to be handed on. */
export const Once = ({ label, text }) => (text ? html`
  <p class="once" role="status">${label} <code>${text}</code></p>` : null);

export const Roles = ({ label, value, change }) => html`
  <select name="role" aria-label=${label} value=${value} onChange=${change && ((event) => change(event.currentTarget.value))}>
    ${ROLES.map((role) => html`<option key=${role} value=${role}>${t(`role.${role}`)}</option>`)}
  </select>`;
