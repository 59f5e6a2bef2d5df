// The journal's tail: every fact of the box, newest first, as it happens.

import { html } from "./parts.js";
import { t } from "./texts.js";
import { sentence, wallClock } from "./words.js";

export function Journal({ events }) {
  const time = wallClock(events);
  return html`
    <section class="panel journal" aria-labelledby="journal">
      <h2 id="journal">${t("journal.title")}</h2>
      ${events.length === 0 && html`<p class="none">${t("journal.none")}</p>`}
      <ol class="rows" reversed tabindex="0" aria-labelledby="journal">
        ${events.toReversed().map((event) => html`
          <li key=${event.seq} class=${event.durable ? "" : "unsafe"}>
            <span class="time">${time(event.at)}</span>
            <span>${sentence(event)}</span>
            <small>${event.fields.call ?? ""}</small>
          </li>`)}
      </ol>
    </section>`;
}
