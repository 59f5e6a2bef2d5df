// A newcomer's first steps, which tick themselves off.

import { Icon, html, useRef, useState } from "./parts.js";
import { t } from "./texts.js";
import { next } from "./words.js";

const STEPS = [["call", "CallArrived"], ["press", "DigitHeard"], ["answer", "CallAnswered"]];

/** Steps are done by what happened since the page was opened, or is under way. */
export function Steps({ state, events }) {
  const begin = useRef(null);
  const done = useRef(new Set());
  const [hidden, hide] = useState(false);
  begin.current ??= events.at(-1)?.seq ?? 0;
  for (const { seq, type } of events) if (seq > begin.current) done.current.add(type);
  for (const type of under(state.calls)) done.current.add(type);
  const now = STEPS.findIndex(([, type]) => !done.current.has(type));
  return html`
    <section class="steps panel" aria-labelledby="steps">
      ${!hidden && html`
        <h2 id="steps">${now < 0 ? t("steps.done") : t("steps.title")}</h2>
        <ol>
          ${STEPS.map(([name, type], place) => html`
            <li key=${name} class=${done.current.has(type) ? "done" : place === now ? "now" : ""} aria-current=${place === now ? "step" : null}>
              <span class="mark">${done.current.has(type) ? html`<${Icon} name="check" />` : place + 1}</span>
              <span><b>${t(`steps.${name}`)}</b> <small>${t(`steps.${name}.how`)}</small>${done.current.has(type) && html`<span class="unseen"> ${t("steps.ticked")}</span>`}</span>
            </li>`)}
        </ol>`}
      <p class="next" role="status">${next(state)}</p>
      ${now < 0 && !hidden && html`<button type="button" class="small" onClick=${() => hide(true)}>${t("steps.hide")}</button>`}
    </section>`;
}

/** What must have happened to the calls that there are. */
function under(calls) {
  const types = new Set();
  for (const { direction, state, queue, rings = [] } of calls) {
    if (direction !== "in") continue;
    types.add("CallArrived");
    if (queue || rings.length || ["ringing", "talking", "held", "parked"].includes(state)) types.add("DigitHeard");
    if (["talking", "held", "parked"].includes(state)) types.add("CallAnswered");
  }
  return types;
}
