// What keeps calls from somebody, each with its way back: forwards, do not disturb, and numbers that are blocked.

import { Refusal, html, useOrder } from "./parts.js";
import { t, word } from "./texts.js";
import { spaced } from "./words.js";

/** Of one person; `order(verb, fields)` gives an order of his. */
export const Led = ({ name, agent, order, busy }) => html`
  <ul class="led" aria-label=${t("led.of", { name })}>
    ${Object.entries(agent.forward ?? {}).map(([when, to]) => html`
      <li key=${when} class=${to.startsWith("+") ? "outside" : ""}>
        ${word("forward", when)} → ${to.startsWith("+") ? t("forward.outside", { number: spaced(to) }) : to}
        <${Stop} busy=${busy} what="${word("forward", when)}, ${name}" stop=${() => order("forward", { when, to: null })} />
      </li>`)}
    ${agent.dnd && html`<li>${t("people.dnd")}
      <${Stop} busy=${busy} what="${t("people.dnd")}, ${name}" stop=${() => order("dnd", { on: false })} /></li>`}
  </ul>`;

const Stop = ({ busy, what, stop }) => html`
  <button class="small" disabled=${busy} onClick=${stop}>${t("led.stop")}<span class="unseen"> ${what}</span></button>`;

export function Blocked({ blocked, version }) {
  const [send, refusal, busy] = useOrder();
  if (!blocked?.length) return null;
  const without = (rule) => send("settings.change", {
    base_version: version, patch: { blocked: blocked.filter((each) => each !== rule) }, note: "a number is welcome again",
  });
  return html`
    <details class="blocked">
      <summary>${t("led.blocked_title", { n: blocked.length })}</summary>
      <ul class="led">
        ${blocked.map((rule) => html`<li key=${rule}>${named(rule)} <${Stop} busy=${busy} what=${named(rule)} stop=${() => without(rule)} /></li>`)}
      </ul>
      <${Refusal} text=${refusal} />
    </details>`;
}

const named = (rule) => (rule === "withheld" ? t("led.withheld") : spaced(rule));
