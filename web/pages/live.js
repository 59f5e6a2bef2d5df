// The live page: what the office's telephones do at this moment, and hands to try them.

import { Alarms } from "./alarms.js";
import { Board } from "./board.js";
import { useBox, useJson } from "./box.js";
import { Calls, Record } from "./calls.js";
import { Journal } from "./journal.js";
import { Icon, html, render } from "./parts.js";
import { People } from "./people.js";
import { Town } from "./town.js";
import { next } from "./words.js";

function Page() {
  const { state, at, events, recorded, trouble } = useBox();
  const phrases = useJson("/api/phrases", Boolean(state));
  return html`
    <${Header} state=${state} trouble=${trouble} />
    ${trouble && html`<p class="banner" role="alert"><${Icon} name="out" /> ${trouble}</p>`}
    ${state && html`
      ${state.trouble && html`<p class="banner" role="alert"><${Icon} name="out" /> ${state.trouble}</p>`}
      <${Alarms} alarms=${state.alarms} />
      <p class="next" role="status">${next(state)}</p>
      <div class=${trouble ? "floor stale" : "floor"} inert=${Boolean(trouble)}>
        <${Board} lines=${state.lines} phones=${state.phones} />
        ${state.town && html`<${Town} state=${state} phrases=${phrases} />`}
        <div class="told">
          <${Calls} calls=${state.calls} at=${at} />
          ${state.agents && html`<${People} state=${state} />`}
          <${Record} recorded=${recorded} />
          <${Journal} events=${events} />
        </div>
      </div>`}
  `;
}

function Header({ state, trouble }) {
  const [look, icon, words] = health(state, trouble);
  return html`
    <header class="top">
      <h1><img src="/pages/bell.svg" alt="" width="28" height="28" /> Bellwire</h1>
      <span class="office">${state?.office}</span>
      <a class="card" href="/card">The codes of a telephone</a>
      <span class="health ${look}"><${Icon} name=${icon} /> ${words}</span>
    </header>`;
}

function health(state, trouble) {
  if (trouble) return ["down", "out", "not connected"];
  const ports = [...Object.values(state.lines), ...Object.values(state.phones)];
  const out = ports.filter((port) => port.state === "out").length;
  if (out) return ["degraded", "out", `${out} of ${ports.length} ports out of service`];
  if (state.trouble || !state.durable) return ["degraded", "out", "records are held up"];
  return ["ok", "check", "all is well"];
}

render(html`<${Page} />`, replaced(document.getElementById("page")));

function replaced(root) {
  root.replaceChildren();
  return root;
}
