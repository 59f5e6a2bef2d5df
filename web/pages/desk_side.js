// Beside the call: who waits, who is parked, what rings at a colleague's, and what the colleagues do.

import { Button, Sentence, party } from "./desk_call.js";
import { Sign } from "./desk_icons.js";
import { VERBS } from "./desk_verbs.js";
import { duration, titled } from "./format.js";
import { html } from "./parts.js";
import { t, word } from "./texts.js";

export const Side = ({ desk }) => html`
  <aside class="side" aria-label=${t("side.title")}>
    <${Waiting} desk=${desk} />
    ${(desk.view.parked.length > 0 || desk.view.rings.length > 0) && html`<${ForAnybody} desk=${desk} />`}
    <${Colleagues} desk=${desk} />
    <${Sentence} desk=${desk} at="side" />
  </aside>`;

const Waiting = ({ desk }) => html`
  <section class="panel" aria-labelledby="waiting">
    <h2 id="waiting">${t("waiting.title")} <span class="count">${desk.view.waiting.length}</span></h2>
    ${desk.view.waiting.length === 0 && html`<p class="none">${t("waiting.none")}</p>`}
    <ol class="rows">
      ${desk.view.waiting.map((call) => html`
        <li key=${call.id}>
          <span><b>${party(call, desk.view)}</b> <small>${[word("queue", call.queue), call.label].filter(Boolean).join(" · ")}</small></span>
          <span class="time">${duration(call.waited_s + desk.passed())}</span>
        </li>`)}
    </ol>
  </section>`;

const ForAnybody = ({ desk }) => html`
  <section class="panel" aria-labelledby="parked">
    <h2 id="parked">${t("parked.title")}</h2>
    <ul class="rows">
      ${desk.view.rings.map((call) => html`
        <li key=${call.id}>
          <span><b>${party(call, desk.view)}</b> <small>${t("rings.at", { who: call.rings.map((station) => desk.sits(station)).join(", ") })}</small></span>
          ${desk.view.here && html`<${Button} desk=${desk} verb=${VERBS.find(({ id }) => id === "pickup")} />`}
        </li>`)}
      ${desk.view.parked.map(([place, call]) => html`
        <li key=${place}>
          <span><b>${party(call, desk.view)}</b> <small>${t("parked.at", { place })} · ${duration(desk.now() - call.since_s)}</small></span>
          ${desk.view.here && html`<button onClick=${() => desk.order("dial", { to: place }, false, "side")}
            aria-label=${t("parked.take", { place, name: party(call, desk.view) })}>${t("verb.pickup")}</button>`}
        </li>`)}
    </ul>
  </section>`;

const Colleagues = ({ desk }) => html`
  <section class="panel" aria-labelledby="colleagues">
    <h2 id="colleagues">${t("colleagues.title")}</h2>
    <ul class="rows crew">
      ${desk.view.colleagues.map(({ name, agent, look, number }) => html`
        <li key=${name} class=${look}>
          <span class="who"><${Sign} name=${look} /> <b>${titled(name)}</b>
            <small>${look === "break" && agent.code ? word("break", agent.code) : t(`look.${look}`)}${look !== "off" ? ` · ${duration(desk.now() - (agent.since_s ?? desk.now()))}` : ""}</small></span>
          ${desk.view.here && look !== "off" && html`
            <button class="round" aria-label=${t("colleagues.call", { name: titled(name), number })} title=${number}
              onClick=${() => desk.call(name, number)}><${Sign} name="answer" /></button>`}
        </li>`)}
    </ul>
  </section>`;
