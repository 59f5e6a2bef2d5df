// The people of the office: who is there, what he does, and the verbs of his desk.

import { Blocked, Led } from "./led.js";
import { Line, Refusal, html, useOrder, useState } from "./parts.js";
import { t, word } from "./texts.js";
import { portName } from "./words.js";

export const People = ({ state }) => html`
  <section class="panel" aria-labelledby="people">
    <h2 id="people">${t("people.title")}</h2>
    <ul class="people">
      ${Object.entries(state.agents).filter(([, agent]) => agent.station || Object.keys(agent.forward ?? {}).length).map(([name, agent]) => html`
        <${Person} key=${name} name=${name} agent=${agent} breaks=${state.settings?.breaks ?? []}
          speaks=${state.phones[agent.station]?.state === "talking"} />`)}
    </ul>
    <${Blocked} blocked=${state.settings?.blocked} version=${state.settings_version ?? 0} />
  </section>`;

/** `speaks`: he is on a call, not only off the hook. */
function Person({ name, agent, breaks, speaks }) {
  const [send, refusal, busy] = useOrder();
  const order = (verb, fields = {}) => send(`agent.${verb}`, { who: name, ...fields });
  const here = agent.status !== "off";
  return html`
    <li class="agent ${agent.status} ${agent.state}" aria-label=${name}>
      <div class="who">
        <b>${name}</b>
        <small>${words(agent)} · ${portName(agent.station)}${agent.messages ? t("people.messages", { n: agent.messages }) : ""}</small>
      </div>
      <div class="verbs">
        ${verbs(agent, breaks, speaks).map(([verb, label, fields]) => html`
          <button key=${label} disabled=${busy} onClick=${() => order(verb, fields)}>${label}</button>`)}
      </div>
      <${Led} name=${name} agent=${agent} order=${order} busy=${busy} />
      ${here && (speaks || agent.state === "held") && html`<${HandOn} name=${name} order=${order} />`}
      <${Refusal} text=${refusal} />
    </li>`;
}

function words({ status, state, code, dnd }) {
  const said = status === "break" && code ? t("people.break_of", { code }) : word("status", status);
  return [dnd && t("people.dnd"), said, status !== "off" && state !== "idle" && word("state", state)].filter(Boolean).join(", ");
}

/** What he can do now: verb, words, fields. */
function verbs({ status, state }, breaks, speaks) {
  if (status === "off") return [["sign_in", t("people.sign_in")]];
  const all = [];
  if (state === "ringing") all.push(["reject", t("people.reject")]);
  if (state === "talking" && speaks) all.push(["hold", t("people.hold")], ["park", t("people.park")]);
  if (state === "held") all.push(["resume", t("people.resume")]);
  if (state === "consulting") all.push(["complete", t("people.complete")], ["conference", t("people.conference")], ["swap", t("people.swap")]);
  if (state === "idle") all.push(["pickup", t("people.pickup")]);
  if (status === "break" || state === "wrapup") all.push(["ready", t("people.ready")]);
  else if (breaks.length) all.push(["break", t("people.break", { code: breaks[0] }), { code: breaks[0] }]);
  return [...all, ["sign_out", t("people.sign_out")]];
}

/** To whom the caller goes: at once, or after asking. */
function HandOn({ name, order }) {
  const [ask, setAsk] = useState(true);
  return html`
    <div class="handing">
      <${Line} label=${t("people.to_whom", { name })} text="" hint="ben, support, 202" button=${t("people.hand_on")}
        send=${(to) => order("transfer", { to, attended: ask })} />
      <label><input type="checkbox" checked=${ask} onChange=${() => setAsk(!ask)} /> ${t("people.ask_first")}</label>
    </div>`;
}
