// What asks for more than a press: to whom a caller goes, which keys are sent, what he is told.

import { Sign } from "./desk_icons.js";
import { work, VERBS } from "./desk_verbs.js";
import { titled } from "./format.js";
import { useLayoutEffect } from "../vendor/hooks.js";
import { KeyPad, html, useRef, useState } from "./parts.js";
import { t, word } from "./texts.js";

/** Everybody and everything a caller can be handed to: `{to, name, note, look}`, the free first. */
function places({ colleagues, state, who }) {
  const people = colleagues.map(({ name, look, number }) => ({ to: name, name: titled(name), note: `${t(`look.${look}`)} · ${number}`, look }));
  const queues = Object.keys(state.settings?.queues ?? {}).map((name) => ({ to: name, name: word("queue", name), note: t("pick.queue"), look: "queue" }));
  const offices = Object.entries(state.settings?.offices ?? {}).map(([name, number]) => ({ to: number, office: name, name: titled(name), note: number, look: "phone" }));
  return [...people.filter(({ to }) => to !== who), ...queues, ...offices];
}

/** A combobox: colleagues with what they do, or any number typed. Enter asks first, Shift+Enter hands on at once. */
export function Picker({ desk, what }) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(-1);
  const wanted = text.trim().toLowerCase();
  const all = places(desk.view).filter(({ look }) => what === "transfer" || look !== "queue");
  const fits = all.filter(({ to, name, note }) => !wanted || [to, name, note].some((each) => each.toLowerCase().includes(wanted)));
  const give = (verb, fields = {}) => {
    const to = at >= 0 && fits[at] ? fits[at].to : exact(fits, wanted) ?? text.trim();
    if (!to) return;
    const { office } = fits.find((place) => place.to === to) ?? {};
    if (office && fields.attended === false) desk.order("office", { to: office }, true);
    else if (verb === "conference") desk.order(verb, { whom: to }, true);
    else desk.order(verb, { to, ...fields }, true);
  };
  const main = (now) => (what === "conference" ? give("conference") : give("transfer", { attended: !now }));
  const keyed = (event) => {
    const moves = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (moves) setAt((at + moves + fits.length + (at < 0 && moves < 0 ? 1 : 0)) % (fits.length || 1));
    else if (event.key === "Enter") main(event.shiftKey);
    else return;
    event.preventDefault();
  };
  return html`
    <div class="picker" role="group" aria-label=${t(`pick.${what}`)} onKeyDown=${(event) => event.key === "Escape" && desk.toggle("")}>
      <label for="pick">${t(`pick.${what}`)}</label>
      <input id="pick" role="combobox" aria-expanded="true" aria-controls="picks" aria-activedescendant=${at >= 0 ? `pick-${at}` : undefined}
        placeholder=${t("pick.hint")} maxlength="40" autocomplete="off" value=${text} ref=${focused}
        onInput=${(event) => { setText(event.currentTarget.value); setAt(-1); }} onKeyDown=${keyed} />
      <ul id="picks" role="listbox" aria-label=${t("pick.list")}>
        ${fits.map((place, index) => html`
          <li key=${place.to} id=${`pick-${index}`} role="option" aria-selected=${index === at} class=${place.look}
            onClick=${() => { setText(place.name); setAt(index); document.getElementById("pick").focus(); }}>
            <${Sign} name=${place.look} /> <b>${place.name}</b> <small>${place.note}</small></li>`)}
      </ul>
      <div class="actions">
        ${what === "transfer"
          ? html`<button class="verb go" onClick=${() => give("transfer", { attended: true })}><${Sign} name="consulting" /> <span>${t("pick.ask")}</span> <kbd aria-hidden="true">⏎</kbd></button>
              <button class="verb" onClick=${() => give("transfer", { attended: false })}><${Sign} name="transfer" /> <span>${t("pick.now")}</span> <kbd aria-hidden="true">⇧⏎</kbd></button>`
          : html`<button class="verb go" onClick=${() => give("conference")}><${Sign} name="conference" /> <span>${t("pick.invite")}</span> <kbd aria-hidden="true">⏎</kbd></button>`}
        <button class="verb" onClick=${() => desk.toggle("")}><${Sign} name="cancel" /> <span>${t("close")}</span> <kbd aria-hidden="true">Esc</kbd></button>
      </div>
    </div>`;
}

const exact = (fits, wanted) => fits.find(({ to, name }) => to.toLowerCase() === wanted || name.toLowerCase() === wanted)?.to;
const focused = (element) => element && !element.dataset.seen && (element.dataset.seen = "1") && element.focus();

/** Keys for whoever is at the other end; typed ones are sent as well. What was keyed may be a secret: it is shown as dots. */
export function Keypad({ desk }) {
  const [sent, setSent] = useState(0);
  const pad = useRef(null);
  const press = (keys) => {
    setSent((count) => count + 1);
    desk.order("press", { keys });
  };
  useLayoutEffect(() => pad.current.querySelector("button").focus(), []); // before the next key comes
  const typed = (event) => {
    if (event.key === "Escape") return desk.toggle("");
    if (/^[0-9*#]$/.test(event.key)) {
      event.stopPropagation();
      press(event.key);
    }
    return undefined;
  };
  return html`
    <div class="pad" ref=${pad} onKeyDown=${typed}>
      <p class="sent"><span aria-hidden="true">${"•".repeat(Math.min(sent, 24)) || t("pad.hint")}</span>
        <span class="unseen" role="status">${sent ? t("pad.sent", { n: sent }) : ""}</span></p>
      <${KeyPad} label=${t("verb.keypad")} press=${press} />
    </div>`;
}

/** Stored information: the caller hears it, and is back. */
export const Topics = ({ desk }) => html`
  <div class="topics" role="group" aria-label=${t("inform.title")} onKeyDown=${(event) => event.key === "Escape" && desk.toggle("")}>
    <p class="none">${t("inform.title")}</p>
    <div class="actions">
      ${desk.view.state.settings.topics.map((topic, index) => html`
        <button key=${topic} class="verb" ref=${index ? undefined : focused} onClick=${() => desk.order("inform", { topic }, true)}>
          <${Sign} name="inform" /> <span>${word("topic", topic)}</span></button>`)}
    </div>
  </div>`;

/** The reasons for a break, by number keys as well. */
export const Breaks = ({ desk }) => html`
  <div class="breaks" role="group" aria-label=${t("break.title")} onKeyDown=${(event) => event.key === "Escape" && desk.toggle("")}>
    ${(desk.view.state.settings?.breaks ?? []).map((code, index) => html`
      <button key=${code} class="verb" ref=${index ? undefined : focused} onClick=${() => desk.order("break", { code }, true, "top")}>
        <${Sign} name="break" /> <span>${word("break", code)}</span> <kbd aria-hidden="true">${index + 1}</kbd></button>`)}
    ${!desk.view.agent.dnd && html`<button class="verb" onClick=${() => desk.order("dnd", { on: true }, true, "top")}>
      <${Sign} name="dnd" /> <span>${t("verb.dnd")}</span></button>`}
  </div>`;

export const byNumber = (desk, key) => {
  const index = Number(key) - 1;
  if (!(index >= 0)) return false;
  if (desk.panel === "break" && desk.view.state.settings.breaks[index]) return desk.order("break", { code: desk.view.state.settings.breaks[index] }, true, "top");
  const reason = desk.view.wrap?.reasons[index];
  return reason ? desk.order("reason", { reason }) : false;
};

export const verb = (id) => VERBS.find((each) => each.id === id);
export { work };
