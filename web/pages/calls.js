// Calls in progress, and the record of those that are over.

import { useJson, useSecond, why } from "./box.js";
import { html, useState } from "./parts.js";
import { t, word } from "./texts.js";
import { callWords, duration, lineName, phoneName, portName, spaced, who } from "./words.js";

export function Calls({ calls, at }) {
  useSecond(calls.length > 0);
  const since = (performance.now() - at) / 1000;
  return html`
    <section class="panel" aria-labelledby="calls">
      <h2 id="calls">${t("calls.title")} <span class="count">${calls.length}</span></h2>
      ${calls.length === 0 && html`<p class="none">${t("calls.none")}</p>`}
      <ul class="rows">
        ${calls.map((call) => html`
          <li key=${call.id} class="call ${call.state}">
            <span class="party">${who(call)}</span>
            <span class="where">${where(call)}${call.unverified && html`<small> · ${t("call.unverified")}</small>`}${call.returning && html`<small class="returning">${returning(call.returning)}</small>`}</span>
            <span class="time">${duration(call.seconds + since)}</span>
          </li>`)}
      </ul>
    </section>`;
}

const returning = ({ agent, days }) =>
  ` · ${t("call.last_with", { agent: portName(agent), when: t(days > 1 ? "call.days_ago" : days ? "call.yesterday" : "call.today", { n: days }) })}`;

function where({ state, line, rings = [], queue, with: other }) {
  const rung = rings.map(portName).join(", ");
  const now = state === "ringing" && rung ? t("call.rings", { stations: rung }) : callWords(state);
  const ends = [lineName(line), other && portName(other)].filter(Boolean).join(" → ");
  return [now, ends, queue && t("call.for", { queue })].filter(Boolean).join(" · ");
}

/** A call that is over, and on request why it went where it went. */
function Past({ call }) {
  const [sentence, setSentence] = useState("");
  const name = call.direction === "in" ? who(call) : spaced(call.number);
  const told = `why-${call.key}`;
  const ask = async () => setSentence(sentence ? "" : await why(call.key));
  return html`
    <tr>
      <td class="time">${call.date ? call.date.slice(11, 16) : "–"}</td>
      <td><small>${word("record", call.direction)}</small> ${name}</td>
      <td>
        <span class="taker">${call.answered_by ? phoneName(call.answered_by) : html`<span class=${call.result}>${call.result ? word("record", call.result) : "–"}</span>`}</span>
        <button type="button" class="small" aria-expanded=${Boolean(sentence)}
          aria-controls=${told} onClick=${ask}>${t("record.why")}<span class="unseen"> ${name}</span></button>
      </td>
      <td class="time">${call.seconds === null ? "–" : duration(call.seconds)}</td>
    </tr>
    ${sentence && html`<tr class="why"><td id=${told} colspan="4" role="status">${sentence}</td></tr>`}`;
}

/** `recorded` is how far the record knows the journal: with each step there may be more in it. */
export function Record({ recorded }) {
  const told = useJson("/api/calls?limit=8", recorded);
  const calls = (told?.calls ?? []).filter((call) => call.ended_at !== null);
  if (calls.length === 0) return null;
  return html`
    <section class="panel" aria-labelledby="record">
      <h2 id="record">${t("record.title")}</h2>
      <div class="scroll" tabindex="0" role="region" aria-labelledby="record">
        <table>
          <thead><tr><th>${t("record.when")}</th><th>${t("record.who")}</th><th>${t("record.taker")}</th><th>${t("record.length")}</th></tr></thead>
          <tbody>
            ${calls.map((call) => html`<${Past} key=${call.key} call=${call} />`)}
          </tbody>
        </table>
      </div>
    </section>`;
}
