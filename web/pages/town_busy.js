// A busy hour at sixty times speed, in an office of its own beside this one.

import { Refusal, html, useOrder, useState } from "./parts.js";
import { duration } from "./format.js";
import { t } from "./texts.js";

const HOUR = 3600; // s
const FIELDS = [["calls", 80, 1, 600], ["patience", 120, 5, 3600], ["talk", 150, 5, 3600], ["lines", 8, 1, 16], ["agents", 4, 1, 16], ["seed", 1, 0, 999999]];

export function BusyHour({ busy }) {
  const [wish, setWish] = useState(Object.fromEntries(FIELDS.map(([name, value]) => [name, value])));
  const [send, refusal, sending] = useOrder();
  const runs = busy && !busy.over;
  const begin = (event) => {
    event.preventDefault();
    send("town.busy", wish);
  };
  const change = (name) => (event) => setWish({ ...wish, [name]: Number(event.currentTarget.value) });
  return html`
    <section class="busy panel" aria-labelledby="busy">
      <h2 id="busy">${t("busy.title")} <small>${t("busy.what")}</small></h2>
      ${!runs && html`
        <form onSubmit=${begin}>
          ${FIELDS.map(([name, , least, most]) => html`
            <label key=${name} class="field">${t(`busy.${name}`)}
              <input type="number" min=${least} max=${most} required value=${wish[name]} onInput=${change(name)} /></label>`)}
          <button class="main" disabled=${sending}>${t(busy ? "busy.again" : "busy.begin")}</button>
        </form>`}
      ${busy && html`<${Picture} busy=${busy} />`}
      ${runs && html`<button type="button" class="off" onClick=${() => send("town.busy_stop", {})}>${t("busy.stop")}</button>`}
      <${Refusal} text=${refusal} />
    </section>`;
}

function Picture({ busy }) {
  const { at, lines, agents, waiting, longest, arrived, answered, abandoned, blocked, told, over, trouble } = busy;
  if (trouble) return html`<p class="refusal" role="alert">${trouble}</p>`;
  const share = arrived ? Math.round((100 * answered) / arrived) : 0;
  return html`
    <p role=${over ? "status" : null}><b>${words(at, over)}</b>
      <progress max=${HOUR} value=${Math.min(HOUR, at)} aria-label=${t("busy.progress")}></progress></p>
    <div class="lights" role="img" aria-label=${t("busy.picture", { lines: busyOf(lines), all: lines.length, talking: agents.filter((each) => each === "talking").length, people: agents.length })}>
      <span>${t("busy.lines_short")}</span>${lines.map((look, place) => html`<i key=${place} class=${look} />`)}
      <span>${t("busy.people_short")}</span>${agents.map((look, place) => html`<i key=${place} class="round ${look}" />`)}
    </div>
    <dl class="figures">
      ${[["waiting", waiting], ["longest", duration(longest)], ["arrived", arrived], ["answered", `${answered} (${share} %)`],
         ["abandoned", abandoned], ["blocked", blocked], ["announced", announced(told)]].map(([name, value]) => html`
        <div key=${name}><dt>${t(`busy.${name}`)}</dt><dd>${value}</dd></div>`)}
    </dl>`;
}

const words = (at, over) => t(over ? "busy.over" : at < HOUR ? "busy.minute" : "busy.last", { minute: Math.floor(at / 60) });
const busyOf = (lines) => lines.filter((look) => look !== "idle").length;

/** What callers were told they would wait, beside what they then waited. */
function announced({ count, said, real, held }) {
  return count ? t("busy.said_real", { said: duration(said), real: duration(real), held: Math.round((100 * held) / count), n: count }) : "–";
}
