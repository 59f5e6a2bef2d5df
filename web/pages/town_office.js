// The office: its lines with their lamps, its telephones, who sits there, and what can be done to them.

import { Icon, Line, Refusal, html, useOrder } from "./parts.js";
import { change } from "./me.js";
import { t } from "./texts.js";
import { Ear } from "./town_ear.js";
import { Keys, said } from "./town_outside.js";
import { LINE, PHONE, lineName, phoneName, portWords, spaced } from "./words.js";

const CUT = 3; // s for which the exchange takes the battery off a line
const NOISY = -30; // dBm0; -70 is what a good line has
const QUIET = -70;

export const Office = ({ state, phrases, ear }) => html`
  <section class="side inside" aria-labelledby="inside">
    <h2 id="inside">${t("office.title")} <small>${t("office.hands")}</small></h2>
    <${Power} power=${state.town.power} />
    <ul class="wires panel" aria-label=${t("office.lines")}>
      ${Object.entries(state.lines).map(([name, line]) => html`
        <${Wire} key=${name} name=${name} line=${line} plugged=${state.town.lines[name]?.plugged ?? true} />`)}
    </ul>
    <div class="desks">
      ${Object.entries(state.phones).map(([name, phone]) => html`
        <${Station} key=${name} name=${name} phone=${phone} hand=${state.town.phones[name]} who=${sitter(state.agents, name)} phrases=${phrases} ear=${ear} />`)}
    </div>
  </section>`;

/** Who has this station: his name and how he is. */
function sitter(agents = {}, station) {
  const found = Object.entries(agents).find(([, agent]) => agent.station === station);
  return found && { name: found[0], ...found[1] };
}

function Power({ power }) {
  const [send, refusal, busy] = useOrder();
  return html`
    <div class="power panel ${power.on ? "" : "dark"}" role="group" aria-label=${t("power.title")}>
      <p role="status"><${Icon} name=${power.on ? "check" : "out"} /> ${powerWords(power)}</p>
      ${power.on
        ? html`<button type="button" class="off" disabled=${busy} onClick=${() => send("town.power_cut", {})}>${t("power.cut")}</button>`
        : html`<button type="button" class="main" disabled=${busy} onClick=${() => send("town.power_on", {})}>${t("power.on")}</button>`}
      <${Refusal} text=${refusal} />
    </div>`;
}

function powerWords({ on, back_in: back }) {
  if (on) return t("power.has");
  return back === null ? t("power.dark") : t("power.back", { n: back });
}

/** A line: its lamp, and what somebody with pliers can do to it. */
function Wire({ name, line, plugged }) {
  const [send, refusal] = useOrder();
  const [icon, words] = portWords(LINE, line.state);
  const place = Number(name.slice(4));
  return html`
    <li class="lamp ${line.state}" aria-label=${lineName(name)}>
      <span class="bulb"><${Icon} name=${icon} /></span>
      <span class="of"><b>${lineName(name)}</b> <small>${spaced(line.number)}</small></span>
      <span class="said">${words}${line.state === "out" && line.reason ? html`<small> ${line.reason}</small>` : ""}</span>
      <details class="pliers">
        <summary>${t("wire.pliers")}<span class="unseen"> ${lineName(name)}</span></summary>
        <div class="verbs">
          ${plugged
            ? html`<button type="button" onClick=${() => send("town.unplug", { what: name })}>${t("wire.unplug")}</button>`
            : html`<button type="button" class="main" onClick=${() => send("town.plug", { what: name })}>${t("wire.plug")}</button>`}
          <button type="button" onClick=${() => send("town.cut", { line: place, seconds: CUT })}>${t("wire.cut", { n: CUT })}</button>
          <button type="button" onClick=${() => send("town.noise", { line: place, dbm: NOISY })}>${t("wire.noise")}</button>
          <button type="button" onClick=${() => send("town.noise", { line: place, dbm: QUIET })}>${t("wire.quiet")}</button>
        </div>
      </details>
      <${Refusal} text=${refusal} />
    </li>`;
}

/** A telephone, a handset or a browser of the office; a browser has its hands at somebody's desk. */
function Station({ name, phone, hand, who, phrases, ear }) {
  const [send, refusal] = useOrder();
  const lifted = hand?.hook === "off";
  const title = phoneName(name);
  const state = phone.ringing ? "ringing" : phone.state;
  const dials = lifted && (state === "dial_tone" || state === "dialling");
  return html`
    <article class="desk panel ${state} ${lifted ? "lifted" : ""}" aria-label=${t("office.at_desk", { title })}>
      <header>
        <h3>${title} <small>${phone.number}</small></h3>
        <p class="hears" aria-live="polite">${lifted ? said(hand.hears, phrases) : rests(state, phone, !hand)}</p>
        ${hand && (lifted
          ? html`<button class="off" onClick=${() => send("town.hang_up", { who: name })}>${t("outside.hang_up")}</button>`
          : html`<button class=${phone.ringing ? "main" : ""} disabled=${state === "out"} onClick=${() => send("town.lift", { phone: name })}>
              ${phone.ringing ? t("outside.answer") : t("office.lift")}</button>`)}
      </header>
      ${who && html`<${Sitter} who=${who} />`}
      ${dials && html`
        <${Line} label=${t("office.dial_on", { title })} text="" hint=${t("office.dial_hint")} button=${t("office.dial")} mode="tel" send=${(number) => send("town.dial", { phone: name, digits: number.replace(/[\s-]/g, "") })} />`}
      ${lifted && state === "talking" && html`
        <${Line} label=${t("outside.says", { title })} text=${t("office.sentence")} button=${t("outside.say")} send=${(text) => send("town.say", { who: name, text })} />`}
      ${hand && (lifted || ear.who === name) && html`<${Ear} ear=${ear} who=${name} title=${title} />`}
      ${lifted && html`<${Keys} open=${dials} label=${t("outside.keys_of", { title })} press=${(keys) => send("town.press", { who: name, keys })} />`}
      ${hand && (hand.plugged === false
        ? html`<button type="button" class="small main" onClick=${() => send("town.plug", { what: name })}>${t("wire.plug")}</button>`
        : !lifted && html`<button type="button" class="small plain" onClick=${() => send("town.unplug", { what: name })}>${t("wire.unplug")}<span class="unseen"> ${title}</span></button>`)}
      <${Refusal} text=${refusal} />
    </article>`;
}

/** Whoever sits there, and the way into his shoes, in another tab. */
function Sitter({ who }) {
  const title = who.name[0].toUpperCase() + who.name.slice(1);
  const enter = async (event) => {
    event.preventDefault();
    const tab = window.open("", "_blank");
    const sentence = await change("/api/town/enter", { who: who.name });
    if (tab) tab.location = sentence ? "/sign-in" : "/desk";
  };
  return html`
    <p class="sitter"><span>${title} · ${t(`sitter.${who.status}`)}</span>
      <a href="/desk" target="_blank" onClick=${enter}>${t("sitter.open", { title })}</a></p>`;
}

/** A telephone on its hook, in words. */
const rests = (state, { reason }, browser) =>
  browser && state === "out" ? t("office.no_page") : `${portWords(PHONE, state)[1]}${state === "out" && reason ? `: ${reason}` : ""}`;
