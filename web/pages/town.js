// The simulated town: somebody outside who calls, and hands at the office's desks.

import { KeyPad, Line, Refusal, html, useOrder, useState } from "./parts.js";
import { PHONE, hearing, lineName, personWords, phoneName, spaced } from "./words.js";

/** Who calls next, where the visitor names nobody else. */
const SOMEBODY = [
  { number: "+4533120001", name: "Hansen A/S" },
  { number: "+4570101155", name: "Nordic Parcel" },
  { number: "+4520304050", name: "Mette Lund" },
  { number: "+4586123456", name: "Café Solsikken" },
];

export const Town = ({ state, phrases }) => html`
  <section class="town" aria-labelledby="town">
    <h2 id="town">The town <small>simulated: nothing here reaches a real telephone</small></h2>
    <${Caller} lines=${state.lines} />
    ${state.town.people.map((person) => html`
      <${Person} key=${person.number} person=${person} phrases=${phrases} meaning=${meanings(state, person)} />`)}
    <h3>At the desks</h3>
    <div class="desks">
      ${Object.entries(state.town.phones).map(([name, phone]) => html`
        <${Desk} key=${name} name=${name} hand=${phone} phone=${state.phones[name] ?? {}} phrases=${phrases} />`)}
    </div>
  </section>`;

/** What the menu makes of keys, while the box speaks with this person; else nothing. */
function meanings({ lines, calls, settings }, { line }) {
  const call = lines[line]?.call;
  if (!calls.some(({ id, state }) => id === call && state === "greeted")) return null;
  return settings?.menus?.[settings.lines?.[line]?.menu ?? "main"]?.keys ?? {};
}

function Caller({ lines }) {
  const free = Object.keys(lines).filter((name) => lines[name].state === "idle");
  const [picked, pick] = useState(null);
  const [turn, setTurn] = useState(0);
  const [somebody, setSomebody] = useState(SOMEBODY[0]);
  const [send, refusal, busy] = useOrder();
  const line = picked ?? free[0] ?? Object.keys(lines)[0];
  const ring = async (event) => {
    event.preventDefault();
    const number = somebody.number.replace(/[\s-]/g, "");
    if (!(await send("town.call", { line: Number(line.slice(4)), number, name: somebody.name.trim() }))) return;
    pick(null);
    setTurn(turn + 1);
    setSomebody(SOMEBODY[(turn + 1) % SOMEBODY.length]);
  };
  const change = (field) => (event) => setSomebody({ ...somebody, [field]: event.currentTarget.value });
  return html`
    <form class="caller panel" onSubmit=${ring}>
      <fieldset class="choice">
        <legend>Call on</legend>
        ${Object.keys(lines).map((each) => html`
          <label key=${each}>
            <input type="radio" name="line" value=${each} checked=${line === each} onChange=${() => pick(each)} />
            <span>${lineName(each)}${!free.includes(each) && html`<small>in use</small>`}</span>
          </label>`)}
      </fieldset>
      <label class="field">From number <input value=${somebody.number} inputmode="tel" maxlength="20" autocomplete="off" onInput=${change("number")} /></label>
      <label class="field">Name <input value=${somebody.name} maxlength="40" autocomplete="off" onInput=${change("name")} /></label>
      <button class="main" disabled=${busy || !somebody.number.trim()}>Ring the office</button>
      <${Refusal} text=${refusal} />
    </form>`;
}

/** "hears the box: “For sales, press 1.”" */
function said(hears, phrases) {
  const { what, words } = hearing(hears, phrases);
  return html`hears ${what}${words && html`: <q>${words}</q>`}`;
}

/** A telephone on its hook, in words. */
const rests = (state, { reason }) => `${PHONE[state]?.[1] ?? state}${state === "out" && reason ? `: ${reason}` : ""}`;

function Person({ person, phrases, meaning }) {
  const [send, refusal] = useOrder();
  const { number, name, hears, line } = person;
  const title = name || spaced(number);
  const state = person.ringing ? "ringing" : person.state;
  const away = state === "idle";
  return html`
    <article class="person panel ${away ? "away" : ""}" aria-label=${title}>
      <header>
        <h3>${title}</h3>
        <small>${name && spaced(number)} ${personWords(state)}${line && !away ? ` · ${lineName(line)}` : ""}</small>
        ${state === "ringing" && html`<button class="main" onClick=${() => send("town.answer", { who: number })}>Answer</button>`}
        ${!away && state !== "ringing" && html`<button class="off" onClick=${() => send("town.hang_up", { who: number })}>Hang up</button>`}
      </header>
      ${!away && html`<p class="hears">${said(hears, phrases)}</p>`}
      ${state === "talking" && html`
        <${Keys} open=${meaning !== null} label="Keys of ${title}" meaning=${meaning ?? {}} press=${(keys) => send("town.press", { who: number, keys })} />
        <${Line} label="What ${title} says" text="Good morning, I would like to place an order." button="Say"
          send=${(text) => send("town.say", { who: number, text })} />`}
      <${Refusal} text=${refusal} />
    </article>`;
}

/** A key pad, folded away while keys lead nowhere. */
const Keys = ({ open, ...pad }) => html`<details open=${open}><summary>Keys</summary><${KeyPad} ...${pad} /></details>`;

function Desk({ name, hand, phone, phrases }) {
  const [send, refusal] = useOrder();
  const lifted = hand.hook === "off";
  const title = phoneName(name);
  const state = phone.ringing ? "ringing" : phone.state;
  const dials = lifted && (state === "dial_tone" || state === "dialling");
  return html`
    <article class="desk panel ${state} ${lifted ? "lifted" : ""}" aria-label="${title} at its desk">
      <header>
        <h4>${title} <small>${phone.number}</small></h4>
        <p class="hears">${lifted ? said(hand.hears, phrases) : rests(state, phone)}</p>
        ${lifted
          ? html`<button class="off" onClick=${() => send("town.hang_up", { who: name })}>Hang up</button>`
          : html`<button class=${phone.ringing ? "main" : ""} disabled=${state === "out"} onClick=${() => send("town.lift", { phone: name })}>
              ${phone.ringing ? "Answer" : "Lift"}</button>`}
      </header>
      ${dials && html`
        <${Line} label="Number to dial on ${title}" text="" hint="A number, inside or outside" button="Dial" mode="tel" send=${(number) => send("town.dial", { phone: name, digits: number.replace(/[\s-]/g, "") })} />`}
      ${lifted && state === "talking" && html`
        <${Line} label="What is said at ${title}" text="Good morning, how can I help you?" button="Say" send=${(text) => send("town.say", { who: name, text })} />`}
      ${lifted && html`<${Keys} open=${dials} label="Keys of ${title}" press=${(keys) => send("town.press", { who: name, keys })} />`}
      <${Refusal} text=${refusal} />
    </article>`;
}
