// The head of the desk: who sits here, what he says and what the box sees, and the lamps of the lines.

import { Button, Sentence, lineName, party, stationName } from "./desk_call.js";
import { Breaks } from "./desk_hand.js";
import { Sign } from "./desk_icons.js";
import { VERBS } from "./desk_verbs.js";
import { lamp, look } from "./desk_view.js";
import { isBrowser } from "./desk_voice.js";
import { duration, spaced, titled } from "./format.js";
import { html } from "./parts.js";
import { t, word } from "./texts.js";

export function Top({ desk, voice }) {
  const { view } = desk;
  const { agent } = view;
  const shown = VERBS.filter((verb) => verb.place === "top" && verb.when(view));
  return html`
    <header class="desk-top">
      <h1><img src="/pages/bell.svg" alt="Bellwire" width="26" height="26" /> <span>${titled(view.who)}</span></h1>
      <${Lamp} desk=${desk} />
      <div class="says" role="group" aria-label=${t("top.says")}>
        ${shown.map((verb) => html`<${Button} key=${verb.id} verb=${verb} desk=${desk} />`)}
        ${view.here && html`<button class="verb quiet-verb" data-verb="sign_out" onClick=${() => desk.order("sign_out", {}, true, "top")}>
          <${Sign} name="off" /> <span>${t("verb.sign_out")}</span></button>`}
      </div>
      <div class="chips">
        ${view.here && html`<span class="chip"><${Sign} name=${voice.sign} /> ${stationName(view.station)}${voice.text && html` <small>${voice.text}</small>`}</span>`}
        ${agent.messages > 0 && html`<span class="chip new"><${Sign} name="message" /> ${t("top.messages", { n: agent.messages })}</span>`}
      </div>
      <div class="corner">
        <button class="round" aria-label=${t("verb.check")} title=${t("verb.check")} aria-keyshortcuts="V" onClick=${() => desk.toggle("check")}><${Sign} name="headset" /></button>
        <button class="round" aria-label=${t("verb.help")} title=${t("verb.help")} aria-keyshortcuts="?" onClick=${() => desk.toggle("help")}><${Sign} name="help" /></button>
      </div>
      ${desk.panel === "break" && html`<${Breaks} desk=${desk} />`}
      <${Sentence} desk=${desk} at="top" />
    </header>`;
}

/** The large lamp: state in a shape and a word, and since when. */
function Lamp({ desk }) {
  const { agent } = desk.view;
  const shown = look(agent);
  const text = shown === "break" && agent.code ? word("break", agent.code) : t(`look.${shown}`);
  const busy = shown !== "break" && agent.status === "break" ? t("top.break_after") : "";
  const reason = shown === "offline" && !isBrowser(desk.view.station) ? desk.view.phone.reason : ""; // how a browser is, its chip says
  return html`
    <p class="state ${shown}">
      <${Sign} name=${shown} />
      <b>${text}${agent.dnd && shown !== "dnd" ? html` <small>${t("look.dnd")}</small>` : ""}</b>
      <span class="clock" role="timer" aria-live="off">${duration(desk.now() - (agent.since_s ?? desk.now()))}</span>
      ${(busy || reason) && html`<small class="why">${busy || reason}</small>`}
    </p>`;
}

const SIGNS = { idle: "idle", ringing: "ringing", seized: "talking", talking: "talking", guard: "hold", in_use: "phone", out: "offline", held: "hold", parked: "park", kept: "kept" };

/** A lamp for each line. Shape and word say it; the colour only helps. */
export const Lines = ({ desk }) => html`
  <section class="lines" aria-labelledby="lines">
    <h2 id="lines" class="unseen">${t("lines.title")}</h2>
    <ul>
      ${Object.keys(desk.view.state.lines).map((name) => {
        const { look: shown, call, reason, place, with: by } = lamp(desk.view.state, name);
        return html`
          <li key=${name} class="bead ${shown}" title=${reason || undefined}>
            <${Sign} name=${SIGNS[shown] ?? "idle"} />
            <b>${lineName(name)}</b>
            <span>${t(`line.${shown}`, { place })}</span>
            ${by && html`<small>${/^\+|\d$/.test(by) ? stationName(by) : titled(by)}</small>`}
            ${call && html`<small class="time">${duration(desk.now() - call.since_s)}</small>`}
            ${call && html`<small class="party">${call.name || spaced(call.number) || party(call, desk.view)}</small>`}
          </li>`;
      })}
    </ul>
  </section>`;
