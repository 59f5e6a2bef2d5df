// The call before somebody: who it is, what is known of him, and what hands can do with him.

import { Keypad, Picker, Topics } from "./desk_hand.js";
import { Sign } from "./desk_icons.js";
import { VERBS, work } from "./desk_verbs.js";
import { other, sitter } from "./desk_view.js";
import { Notes, WrapUp } from "./desk_wrap.js";
import { duration, spaced, titled } from "./format.js";
import { html } from "./parts.js";
import { t, word } from "./texts.js";

const HOLD_LONG = 60; // s that a caller is on hold, after which the clock turns red

/** Whoever is at the other end, by name. */
export function party(call, view) {
  if (call.direction === "inside") {
    const station = other(call, view.station);
    return titled(sitter(view.state, station) ?? "") || stationName(station) || spaced(call.number);
  }
  return call.name || spaced(call.number) || t("call.unknown");
}

/** "Phone 1", "USB handset 2", "Browser"; somebody's own number as it is dialled. */
export function stationName(station) {
  const [, kind, number] = /^(phone|usb|browser)(\d*)$/.exec(station ?? "") ?? [];
  return kind ? t(`station.${kind}`, { n: number }).trim() : spaced(station);
}

export const lineName = (line) => t("line.name", { n: line.replace("line", "") });

/** Which queue or line the call came by. */
export const way = (call) => [call.for && word("queue", call.for), call.line && lineName(call.line)].filter(Boolean).join(", ");

export function Stage({ desk }) {
  const { view } = desk;
  const waits = view.held.filter((call) => !view.together.includes(call));
  const idle = !view.ringing && !view.current && waits.length === 0 && !view.wrap;
  return html`
    <section class="stage panel ${view.ringing ? "rings" : ""}" aria-labelledby="now">
      <h2 id="now" class="unseen">${t("now.title")}</h2>
      ${view.ringing && html`<${Card} key=${`ring-${view.ringing.id}`} call=${view.ringing} desk=${desk} look="ringing" />`}
      ${view.ringing && html`<${Actions} desk=${desk} ids=${["answer", "reject"]} />`}
      ${view.knocks && html`<${Card} key=${`knock-${view.knocks.id}`} call=${view.knocks} desk=${desk} look="knocking" small=${true} />`}
      ${view.knocks && html`<${Actions} desk=${desk} ids=${["answer"]} knocks=${true} />`}
      ${view.current && html`<${Card} key=${view.current.id} call=${view.current} desk=${desk} look=${view.consult ? "consulting" : view.current.state} />`}
      ${view.about && html`<${About} ...${view.about} desk=${desk} />`}
      ${waits.map((call) => html`<${Card} key=${call.id} call=${call} desk=${desk} look="held" small=${Boolean(view.current)} />`)}
      ${view.together.length > 1 && html`<${Together} view=${view} />`}
      ${(view.current || waits.length > 0) && html`<${Hands} desk=${desk} />`}
      ${view.wrap && html`<${WrapUp} desk=${desk} />`}
      ${idle && html`<${Quiet} desk=${desk} />`}
      <${Sentence} desk=${desk} at="call" />
    </section>`;
}

/** Why an order was refused, near the button that gave it. */
export const Sentence = ({ desk: { refusal }, at }) =>
  refusal.at === at && refusal.text ? html`<p class="refusal" role="alert">${refusal.text}</p>` : null;

function Card({ call, desk, look, small }) {
  const { view } = desk;
  const since = { ringing: desk.offered(call), talking: call.talks_s }[look] ?? call.since_s;
  const seconds = desk.now() - since;
  const long = look === "held" && seconds >= HOLD_LONG;
  return html`
    <article class="card ${look} ${small ? "small" : ""}" aria-label=${party(call, view)}>
      <p class="said"><${Sign} name=${SIGN[look] ?? "talking"} /> ${t(`card.${CARD[look] ?? "dialling"}`)}</p>
      <h3>${party(call, view)}</h3>
      <p class="clock ${long ? "long" : ""}" role="timer" aria-live="off">
        ${duration(seconds)}${long && html`<span class="unseen"> ${t("card.long")}</span>`}</p>
      <p class="number">${number(call, view)}</p>
      ${!small && html`<${Facts} call=${call} look=${look} />`}
      ${!small && call.script && html`<p class="script">${call.script}</p>`}
      ${!small && look === "ringing" && call.note && html`<p class="script">${call.note}</p>`}
      ${!small && call.listeners?.length > 0 && html`
        <p class="together"><${Sign} name="headset" /> ${t("card.listened", { names: call.listeners.map(({ who }) => titled(who)).join(", ") })}</p>`}
    </article>`;
}

/** What the colleague who asks has before him: whoever is asked sees it too. */
const About = ({ call, asks, desk }) => html`
  <article class="card held about" aria-label=${t("card.about", { name: desk.sits(asks) })}>
    <p class="said"><${Sign} name="hold" /> ${t("card.about", { name: desk.sits(asks) })}</p>
    <h3>${party(call, desk.view)}</h3>
    <p class="number">${number(call, desk.view)}</p>
    <${Facts} call=${call} look="held" />
    ${call.note && html`<p class="script">${call.note}</p>`}
  </article>`;

const SIGN = { ringing: "ringing", knocking: "ringing", held: "hold", consulting: "consulting", talking: "talking" };
const CARD = { ringing: "ringing", knocking: "knocks", held: "held", consulting: "consulting", talking: "talking" };

/** Nobody vouches for a number that the network shows: it is said so. */
function number(call, { station, state }) {
  if (call.direction === "inside") return stationName(other(call, station));
  if (!call.number) return t("call.nonumber");
  const doubt = call.unverified ? html` <small class="doubt">${t("call.ours")}</small>` : html` <small>${t("call.unverified")}</small>`;
  const own = call.direction === "out" ? "" : doubt;
  const known = call.name ? html`${spaced(call.number)}${own}` : own || t("call.outward");
  return html`${known}${state.lines[call.line] && call.direction === "out" ? ` · ${lineName(call.line)}` : ""}`;
}

function Facts({ call, look }) {
  const waited = (look === "ringing" ? call.waited : null) ?? call.waited_s;
  const facts = [
    call.direction === "in" && way(call) && ["fact.for", way(call)],
    call.label && ["fact.about", call.label],
    Number.isFinite(waited) && ["fact.waited", duration(waited)],
    call.verified !== null && call.verified !== undefined && ["fact.proved", t(call.verified ? "proved.yes" : "proved.no")],
    call.language && ["fact.language", call.language],
    call.returning && ["fact.last", t("returning", { name: titled(call.returning.agent), ago: ago(call.returning.days) })],
    ...Object.entries(call.data ?? {}).map(([name, value]) => [word("data", name), value]),
  ].filter(Boolean);
  return facts.length
    ? html`<dl class="facts">${facts.map(([key, value]) => html`<div key=${key}><dt>${t(key)}</dt><dd>${value}</dd></div>`)}</dl>`
    : null;
}

export const ago = (days) => t(days > 1 ? "ago.days" : days ? "ago.yesterday" : "ago.today", { n: days });

const Together = ({ view }) => html`
  <p class="together"><${Sign} name="conference" />
    ${t("card.together", { names: view.together.map((call) => party(call, view)).join(", ") })}</p>`;

/** What can be done with who is there; a phone is lifted by hand, and says so. */
export function Actions({ desk, ids, knocks = false }) {
  const { view } = desk;
  const away = /^\+/.test(view.station ?? "");
  const lift = !knocks && ids.includes("answer") && (away || /^phone/.test(view.station ?? ""));
  const shown = VERBS.filter((verb) => ids.includes(verb.id) && verb.when(view) && !(lift && verb.id === "answer"));
  return html`
    ${lift && html`<p class="lift"><${Sign} name="phone" /> ${t(away ? "card.away" : "card.lift", { station: stationName(view.station) })}</p>`}
    <div class="actions" role="group" aria-label=${t("actions")}>
      ${shown.map((verb) => html`<${Button} key=${verb.id} verb=${verb} desk=${desk} />`)}
    </div>`;
}

/** A verb's button, with the key that does the same. */
export function Button({ verb, desk, label }) {
  const on = verb.on ? Boolean(verb.on(desk.view)) : undefined;
  const text = label ?? t(on ? `verb.${verb.id}.on` : `verb.${verb.id}`);
  return html`
    <button class="verb ${verb.look ?? ""}" aria-pressed=${on} aria-keyshortcuts=${verb.key.toUpperCase()} data-verb=${verb.id}
      aria-expanded=${verb.panel ? desk.panel === verb.panel : undefined} onClick=${() => work(verb, desk)}>
      <${Sign} name=${verb.icon ?? verb.id} /> <span>${text}</span> <kbd aria-hidden="true">${verb.key.toUpperCase()}</kbd>
    </button>`;
}

const HANDS = ["complete", "together", "swap", "cancel", "hold", "resume", "mute", "transfer", "conference", "park", "keypad", "record", "inform", "end"];

function Hands({ desk }) {
  const { view } = desk;
  const call = view.held[0] ?? view.current;
  return html`
    ${view.phone.muted && html`<p class="muted"><${Sign} name="mute" /> ${t("card.muted")}</p>`}
    ${view.current && view.current.recorded !== null && html`
      <p class="taped ${view.current.recorded ? "" : "paused"}"><span class="dot" /> ${t(view.current.recorded ? "card.recorded" : "card.paused")}</p>`}
    <${Actions} desk=${desk} ids=${HANDS} />
    ${(desk.panel === "transfer" || desk.panel === "conference") && html`<${Picker} key=${desk.panel} desk=${desk} what=${desk.panel} />`}
    ${desk.panel === "keypad" && html`<${Keypad} desk=${desk} />`}
    ${desk.panel === "inform" && html`<${Topics} desk=${desk} />`}
    <${Notes} key=${call.id} desk=${desk} call=${call.id} note=${call.note} />`;
}

/** Nothing to do: a number to call, and what kind of day it is. */
function Quiet({ desk }) {
  const { view } = desk;
  const { status, state } = view.agent;
  const look = status === "break" ? "break" : state === "offline" ? "offline" : state === "talking" && /^(phone|usb)/.test(view.station) ? "lifted" : "ready";
  return html`
    <div class="quiet">
      <p class="calm"><${Sign} name=${look === "lifted" ? "phone" : look} /> ${t(`quiet.${look}`, { station: stationName(view.station) })}</p>
      <p class="none">${t("quiet.handled", { n: view.agent.handled ?? 0 })}</p>
      <form class="line" onSubmit=${(event) => desk.dialled(event)}>
        <label class="unseen" for="dial">${t("dial.label")}</label>
        <input id="dial" name="to" placeholder=${t("dial.hint")} inputmode="tel" maxlength="40" autocomplete="off" />
        <button class="main"><${Sign} name="answer" /> ${t("verb.dial")}</button>
      </form>
    </div>`;
}
