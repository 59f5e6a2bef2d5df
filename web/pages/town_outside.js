// Outside: somebody who calls the office, what the box says to him, and what he answers.

import { KeyPad, Line, Refusal, html, useOrder, useState } from "./parts.js";
import { t } from "./texts.js";
import { Ear } from "./town_ear.js";
import { hearing, lineName, personWords, spaced } from "./words.js";

/** Who calls next, where the visitor names nobody else. */
const SOMEBODY = [
  { number: "+4533120001", name: "Hansen A/S" },
  { number: "+4570101155", name: "Nordic Parcel" },
  { number: "+4520304050", name: "Mette Lund" },
  { number: "+4586123456", name: "Café Solsikken" },
];

export const Outside = ({ state, phrases, ear }) => html`
  <section class="side outside" aria-labelledby="outside">
    <h2 id="outside">${t("outside.title")} <small>${t("outside.simulated")}</small></h2>
    <${Caller} lines=${state.lines} people=${state.town.people} ear=${ear} dark=${!state.town.power.on} />
    ${state.town.people.map((person) => html`
      <${Person} key=${person.number} person=${person} phrases=${phrases} ear=${ear} meaning=${meanings(state, person)} />`)}
  </section>`;

/** What the menu makes of keys, while the box speaks with this person; else nothing. */
function meanings({ lines, calls, settings }, { line }) {
  const call = lines[line]?.call;
  if (!calls.some(({ id, state }) => id === call && state === "greeted")) return null;
  return settings?.menus?.[settings.lines?.[line]?.menu ?? "main"]?.keys ?? {};
}

/** Who is at home calls next. */
function nextCaller(people) {
  const busy = new Set(people.filter(({ state }) => state !== "idle").map(({ number }) => number));
  return SOMEBODY.find(({ number }) => !busy.has(number)) ?? SOMEBODY[0];
}

function Caller({ lines, people, ear, dark }) {
  const free = Object.keys(lines).filter((name) => lines[name].state === "idle");
  const [picked, pick] = useState(null);
  const [own, setOwn] = useState(null);
  const [hears, setHears] = useState(true);
  const [send, refusal, busy] = useOrder();
  const somebody = own ?? nextCaller(people);
  const line = picked ?? free[0] ?? Object.keys(lines)[0];
  const ring = async (event) => {
    event.preventDefault();
    const number = somebody.number.replace(/[\s-]/g, "");
    if (hears && ear.who !== number) ear.listen(number);
    if (!(await send("town.call", { line: Number(line.slice(4)), number, name: somebody.name.trim() }))) return;
    pick(null);
    setOwn(null);
  };
  const change = (field) => (event) => setOwn({ ...somebody, [field]: event.currentTarget.value });
  return html`
    <form class="caller panel" onSubmit=${ring}>
      <button class="main" disabled=${busy || !somebody.number.trim()}>${t("outside.call_as", { who: somebody.name.trim() || somebody.number })}</button>
      <label class="check"><input type="checkbox" checked=${hears} onChange=${() => setHears(!hears)} /> ${t("outside.own_ears")}</label>
      ${dark && html`<p class="hint">${t("outside.dark")}</p>`}
      <details>
        <summary>${t("outside.another")}</summary>
        <div class="fields">
          <fieldset class="choice">
            <legend>${t("outside.call_on")}</legend>
            ${Object.keys(lines).map((each) => html`
              <label key=${each}>
                <input type="radio" name="line" value=${each} checked=${line === each} onChange=${() => pick(each)} />
                <span>${lineName(each)}${!free.includes(each) && html`<small>${t("outside.in_use")}</small>`}</span>
              </label>`)}
          </fieldset>
          <label class="field">${t("outside.number")} <input value=${somebody.number} inputmode="tel" maxlength="20" autocomplete="off" onInput=${change("number")} /></label>
          <label class="field">${t("outside.name")} <input value=${somebody.name} maxlength="40" autocomplete="off" onInput=${change("name")} /></label>
        </div>
      </details>
      <${Refusal} text=${refusal} />
    </form>`;
}

/** "The box: “For sales, press 1.”" */
export function said(hears, phrases) {
  const { what, words } = hearing(hears, phrases);
  return html`${t("outside.hears", { what })}${words && html` <q>${words}</q>`}`;
}

function Person({ person, phrases, meaning, ear }) {
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
        ${state === "ringing" && html`<button class="main" onClick=${() => send("town.answer", { who: number })}>${t("outside.answer")}</button>`}
        ${!away && state !== "ringing" && html`<button class="off" onClick=${() => send("town.hang_up", { who: number })}>${t("outside.hang_up")}</button>`}
      </header>
      ${!away && html`<p class="hears" aria-live="polite">${said(hears, phrases)}</p>`}
      ${(!away || ear.who === number) && html`<${Ear} ear=${ear} who=${number} title=${title} />`}
      ${state === "talking" && html`
        <${Keys} open=${meaning !== null} label=${t("outside.keys_of", { title })} meaning=${meaning ?? {}} press=${(keys) => send("town.press", { who: number, keys })} />
        <${Line} label=${t("outside.says", { title })} text=${t("outside.sentence")} button=${t("outside.say")}
          send=${(text) => send("town.say", { who: number, text })} />`}
      <${Refusal} text=${refusal} />
    </article>`;
}

/** A key pad, folded away while keys lead nowhere. */
export const Keys = ({ open, ...pad }) => html`<details open=${open}><summary>${t("outside.keys")}</summary><${KeyPad} ...${pad} /></details>`;
