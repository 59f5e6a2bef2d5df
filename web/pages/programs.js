// Programs: their tokens, the servers that are told what happens and what waits for them; and the box's certificate.

import { Refusal, html, useState } from "./parts.js";
import { Once, Roles, Sheet, useList } from "./rights.js";
import { t } from "./texts.js";

export function Programs() {
  const [list, send, refusal] = useList("/api/tokens");
  const [made, setMade] = useState(null);
  const make = async (told) => {
    const answer = await send("/api/tokens", told);
    setMade(answer?.token);
    return answer;
  };
  return html`
    <section class="panel" aria-labelledby="programs">
      <h2 id="programs">${t("users.programs")} <small>${t("users.programs_how")}</small></h2>
      <ul class="rights">
        ${list?.tokens?.map(({ key, name, role, used }) => html`
          <li key=${key} aria-label=${name}>
            <b>${name}</b><span>${t(`role.${role}`)}</span>
            <small>${used ? t("users.used", { when: used.slice(0, 16).replace("T", " ") }) : t("users.unused")}</small>
            <button type="button" class="small off" onClick=${() => send("/api/tokens/revoke", { key })}>${t("users.revoke")}</button>
          </li>`)}
      </ul>
      <${Sheet} button=${t("users.make")} send=${make}>
        <label class="field">${t("users.program")}<input name="name" required maxlength="60" autocomplete="off" /></label>
        <label class="field">${t("users.role")}<${Roles} label=${t("users.role")} value="auditor" /></label>
      <//>
      <${Once} label=${t("users.token")} text=${made} />
      <${Refusal} text=${refusal} />
    </section>`;
}

export function Servers() {
  const [list, send, refusal] = useList("/api/webhooks");
  const [made, setMade] = useState(null);
  const add = async ({ url, events, own }) => {
    const wanted = events.split(/[\s,]+/).filter(Boolean);
    const answer = await send("/api/webhooks", { url, events: wanted, own: own === "on" });
    setMade(answer?.secret);
    return answer;
  };
  return html`
    <section class="panel" aria-labelledby="servers">
      <h2 id="servers">${t("users.servers")} <small>${t("users.servers_how")}</small></h2>
      <ul class="rights">
        ${list?.webhooks?.map(({ key, url, events, waiting, trouble }) => html`
          <li key=${key} aria-label=${url}>
            <b>${url}</b><span>${events.join(", ") || t("users.all_events")}</span>
            <small>${t("users.waiting", { n: waiting })} ${trouble}</small>
            <button type="button" class="small off" onClick=${() => send("/api/webhooks/remove", { key })}>${t("users.remove")}</button>
          </li>`)}
      </ul>
      <${Sheet} button=${t("users.tell")} send=${add}>
        <label class="field">${t("users.url")}<input name="url" type="url" required maxlength="500" /></label>
        <label class="field">${t("users.events")}<input name="events" placeholder=${t("users.events_hint")} autocomplete="off" /></label>
        <label class="tick"><input name="own" type="checkbox" /> ${t("users.own")}</label>
      <//>
      <${Once} label=${t("users.secret")} text=${made} />
      <${Refusal} text=${refusal} />
      <${Outbox} />
    </section>`;
}

function Outbox() {
  const [page, send, refusal] = useList("/api/webhooks/outbox");
  if (!page?.messages?.length) return null;
  return html`
    <details>
      <summary>${t("users.outbox")}</summary>
      <ul class="rights">
        ${page.messages.map(({ key, type, url, state, tries, trouble }) => html`
          <li key=${key}>
            <b>${type}</b><span>${url}</span>
            <small>${t(`outbox.${state}`)}, ${t("users.tries", { n: tries })} ${trouble}</small>
            ${state !== "sent" && html`
              <button type="button" class="small" onClick=${() => send("/api/webhooks/again", { key: String(key) })}>${t("users.again")}</button>`}
          </li>`)}
      </ul>
      <${Refusal} text=${refusal} />
    </details>`;
}

export function Trust() {
  const [trust, send, refusal] = useList("/api/trust");
  return html`
    <section class="panel" aria-labelledby="trust">
      <h2 id="trust">${t("users.trust")}</h2>
      ${trust?.fingerprint ? html`
        <p>${t("users.reached")} <a href="/install">${trust.names.join(", ")}</a> ${t("users.until", { date: trust.until })}</p>
        <p><small>${t("users.fingerprint")}</small> <code>${trust.fingerprint}</code></p>
        <label class="tick">
          <input type="checkbox" checked=${trust.everywhere} onChange=${(event) => send("/api/trust", { everywhere: event.currentTarget.checked })} />
          ${t("users.everywhere")}
        </label>` : html`<p>${trust?.sentence}</p>`}
      <${Refusal} text=${refusal} />
    </section>`;
}
