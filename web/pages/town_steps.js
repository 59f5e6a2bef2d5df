// A newcomer's first steps, which tick themselves off.

import { Icon, html, useRef, useState } from "./parts.js";
import { t } from "./texts.js";
import { next } from "./words.js";

const STEPS = [["call", "CallArrived"], ["press", "DigitHeard"], ["answer", "CallAnswered"]];

/** Steps are done by what happened since the page was opened; in the middle of a call by what happened before as well. */
export function Steps({ state, events }) {
  const begin = useRef(null);
  const done = useRef(new Set());
  const [hidden, hide] = useState(false);
  begin.current ??= state.calls.length ? 0 : (events.at(-1)?.seq ?? 0);
  for (const { seq, type } of events) if (seq > begin.current) done.current.add(type);
  const over = done.current.has("CallAnswered");
  const undone = STEPS.findIndex(([, type]) => !done.current.has(type));
  const now = over ? -1 : Math.max(undone, state.calls.some(rings) ? STEPS.length - 1 : 0); // who presses nothing is led on
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

const rings = ({ direction, state }) => direction === "in" && state === "ringing";
