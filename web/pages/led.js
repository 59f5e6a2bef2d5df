// What keeps calls from somebody, each with its way back: forwards, do not disturb, and numbers that are blocked.

import { Refusal, html, useOrder } from "./parts.js";
import { spaced } from "./words.js";

const CASES = { all: "all calls", busy: "when busy", no_answer: "without an answer" };

/** Of one person; `order(verb, fields)` gives an order of his. */
export const Led = ({ name, agent, order, busy }) => html`
  <ul class="led" aria-label="What keeps calls from ${name}">
    ${Object.entries(agent.forward ?? {}).map(([when, to]) => html`
      <li key=${when} class=${to.startsWith("+") ? "outside" : ""}>
        ${CASES[when] ?? when} → ${to.startsWith("+") ? `${spaced(to)}, outside` : to}
        <button class="small" disabled=${busy} aria-label="No longer: ${CASES[when] ?? when} of ${name}"
          onClick=${() => order("forward", { when, to: null })}>Stop</button>
      </li>`)}
    ${agent.dnd && html`<li>do not disturb
      <button class="small" disabled=${busy} aria-label="${name} may be disturbed again"
        onClick=${() => order("dnd", { on: false })}>Stop</button></li>`}
  </ul>`;

export function Blocked({ blocked, version }) {
  const [send, refusal, busy] = useOrder();
  if (!blocked?.length) return null;
  const without = (rule) => send("settings.change", {
    base_version: version, patch: { blocked: blocked.filter((each) => each !== rule) }, note: "a number is welcome again",
  });
  return html`
    <details class="blocked">
      <summary>Callers that nobody takes calls from: ${blocked.length}</summary>
      <ul class="led">
        ${blocked.map((rule) => html`<li key=${rule}>${rule === "withheld" ? "numbers withheld" : spaced(rule)}
          <button class="small" disabled=${busy} aria-label="Take calls from ${rule} again" onClick=${() => without(rule)}>Stop</button></li>`)}
      </ul>
      <${Refusal} text=${refusal} />
    </details>`;
}
