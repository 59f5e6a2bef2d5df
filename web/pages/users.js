// The owner's page of rights: who may sign in, which programs may ask, who is told what happens, and the certificate.

import { me } from "./me.js";
import { Refusal, html, render, useState } from "./parts.js";
import { Programs, Servers, Trust } from "./programs.js";
import { Once, Roles, Sheet, useList } from "./rights.js";
import { also, speak, t } from "./texts.js";

function Users() {
  const [list, send, refusal] = useList("/api/users");
  const [invitation, setInvitation] = useState(null);
  const invite = async (path, fields) => {
    const told = await send(path, fields);
    setInvitation(told);
    return told;
  };
  const link = invitation && `${location.origin}/welcome#${invitation.code}`;
  return html`
    <section class="panel" aria-labelledby="users">
      <h2 id="users">${t("users.users")}</h2>
      <ul class="rights">
        ${list?.users?.map((user) => html`<${User} key=${user.name} user=${user} send=${send} invite=${invite} />`)}
      </ul>
      <${Sheet} button=${t("users.add")} send=${(told) => invite("/api/users", told)}>
        <label class="field">${t("users.name")}<input name="name" required maxlength="30" autocapitalize="none" autocomplete="off" /></label>
        <label class="field">${t("users.role")}<${Roles} label=${t("users.role")} value="agent" /></label>
      <//>
      <${Once} label=${invitation && t("users.invitation", { name: invitation.name })} text=${link} />
      <${Refusal} text=${refusal} />
    </section>`;
}

function User({ user, send, invite }) {
  const path = `/api/users/${user.name}`;
  return html`
    <li class=${user.disabled ? "out" : ""} aria-label=${user.name}>
      <b>${user.name}</b>
      <${Roles} label=${t("users.role_of", { name: user.name })} value=${user.role} change=${(role) => send(path, { role })} />
      <label class="minutes">${t("users.lock")}
        <input type="number" min="0" max="600" value=${user.lock_min} onChange=${({ currentTarget }) => send(path, { lock_min: Number(currentTarget.value) })} />
      </label>
      <button type="button" class="small" onClick=${() => invite(`${path}/invite`, {})}>${t("users.invite")}</button>
      <button type="button" class="small" onClick=${() => send(path, { disabled: !user.disabled })}>
        ${user.disabled ? t("users.enable") : t("users.disable")}
      </button>
      <button type="button" class="small off" onClick=${() => confirm(t("users.sure", { name: user.name })) && send(`${path}/remove`, {})}>
        ${t("users.remove")}
      </button>
    </li>`;
}

const Page = () => html`
  <header class="top">
    <h1><img src="/pages/bell.svg" alt="" width="28" height="28" /> Bellwire</h1>
    <a class="card" href="/">${t("users.back")}</a>
  </header>
  <div class="told"><${Users} /><${Programs} /><${Servers} /><${Trust} /></div>`;

async function open() {
  const who = await me();
  await speak(who.language, ...navigator.languages);
  await also("users");
  document.title = t("users.title");
  const page = document.getElementById("page");
  page.replaceChildren();
  render(html`<${Page} />`, page);
}

open();
