// The people of the office: who is there, what he does, and the verbs of his desk.

import { Blocked, Led } from "./led.js";
import { Line, Refusal, html, useOrder, useState } from "./parts.js";
import { portName } from "./words.js";

const STATUS = { off: "not signed in", available: "available", break: "on a break" };
const STATE = {
  idle: "",
  ringing: "rings",
  talking: "in a call",
  held: "caller on hold",
  consulting: "asks a colleague",
  wrapup: "work after the call",
  offline: "out of reach",
};

export const People = ({ state }) => html`
  <section class="panel" aria-labelledby="people">
    <h2 id="people">People</h2>
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
        <small>${words(agent)} · ${portName(agent.station)}${agent.messages ? ` · ${agent.messages} new messages` : ""}</small>
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
  const said = status === "break" && code ? `on a break: ${code}` : STATUS[status];
  return [dnd && "do not disturb", said, status !== "off" && STATE[state]].filter(Boolean).join(", ");
}

/** What he can do now: verb, words, fields. */
function verbs({ status, state }, breaks, speaks) {
  if (status === "off") return [["sign_in", "Sign in"]];
  const all = [];
  if (state === "ringing") all.push(["reject", "Reject"]);
  if (state === "talking" && speaks) all.push(["hold", "Hold"], ["park", "Park"]);
  if (state === "held") all.push(["resume", "Take back"]);
  if (state === "consulting") all.push(["complete", "Put through"], ["conference", "All together"], ["swap", "Swap"]);
  if (state === "idle") all.push(["pickup", "Pick up"]);
  if (status === "break" || state === "wrapup") all.push(["ready", "Ready"]);
  else if (breaks.length) all.push(["break", `Break: ${breaks[0]}`, { code: breaks[0] }]);
  return [...all, ["sign_out", "Sign out"]];
}

/** To whom the caller goes: at once, or after asking. */
function HandOn({ name, order }) {
  const [ask, setAsk] = useState(true);
  return html`
    <div class="handing">
      <${Line} label="To whom ${name} hands the caller on" text="" hint="ben, support, 202" button="Hand on"
        send=${(to) => order("transfer", { to, attended: ask })} />
      <label><input type="checkbox" checked=${ask} onChange=${() => setAsk(!ask)} /> ask first</label>
    </div>`;
}
