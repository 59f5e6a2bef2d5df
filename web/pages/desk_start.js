// The beginning of a day: where one's voice is, then ready.

import { Sentence, stationName } from "./desk_call.js";
import { Sign } from "./desk_icons.js";
import { sitter } from "./desk_view.js";
import { isBrowser, prepare } from "./desk_voice.js";
import { titled } from "./format.js";
import { html, useState } from "./parts.js";
import { t } from "./texts.js";

const KINDS = { phone: "phone", usb: "headset", browser: "screen" };

/** The stations that there are, one browser among them: this one. */
function stations({ state, who, station }) {
  const own = /^browser/.test(station ?? "") ? station : null;
  const free = Object.keys(state.phones).find((name) => /^browser/.test(name) && !sitter(state, name));
  return Object.entries(state.phones)
    .map(([name, phone]) => ({ name, phone, kind: /^[a-z]+/.exec(name)?.[0] ?? "" }))
    .filter(({ name, kind }) => kind in KINDS && (kind !== "browser" || name === (own ?? free)))
    .map((each) => ({ ...each, taken: [sitter(state, each.name)].find((by) => by && by !== who) }));
}

export function Start({ desk }) {
  const { view } = desk;
  const all = stations(view);
  const [picked, pick] = useState(all.some(({ name }) => name === view.station) ? view.station : all[0]?.name);
  const begin = async (event) => {
    event.preventDefault();
    prepare();
    await desk.order("sign_in", { station: isBrowser(picked) ? "page" : picked }, false, "start");
  };
  return html`
    <form class="start panel" onSubmit=${begin}>
      <h1><img src="/pages/bell.svg" alt="" width="40" height="40" /> ${t("start.hello", { name: titled(view.who) })}</h1>
      <fieldset>
        <legend>${t("start.voice")}</legend>
        ${all.map(({ name, phone, kind, taken }) => html`
          <label key=${name}>
            <input type="radio" name="station" value=${name} checked=${picked === name} onChange=${() => pick(name)} />
            <span><${Sign} name=${KINDS[kind]} /> <b>${kind === "browser" ? t("start.browser") : stationName(name)}</b>
              <small>${taken ? t("start.taken", { name: titled(taken) }) : phone.state === "out" && kind !== "browser" ? t("line.out") : kind === "phone" ? phone.number : ""}</small></span>
          </label>`)}
      </fieldset>
      <button class="main" autofocus>${t("verb.sign_in")} <kbd aria-hidden="true">⏎</kbd></button>
      <${Sentence} desk=${desk} at="start" />
      <p class="none">${t("start.leave")} <button type="button" class="link" onClick=${() => desk.leave()}>${t("start.other")}</button></p>
    </form>`;
}
