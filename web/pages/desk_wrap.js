// The work after a call: what it came to, what is noted of it, and how long nobody rings.

import { Sign } from "./desk_icons.js";
import { VERBS, work } from "./desk_verbs.js";
import { duration } from "./format.js";
import { html, useEffect, useRef, useState } from "./parts.js";
import { t, word } from "./texts.js";

const PAUSE = 1200; // ms without a key, then a note is kept

export function WrapUp({ desk }) {
  const { wrap } = desk.view;
  const left = wrap.until_s - desk.now();
  const extend = VERBS.find(({ id }) => id === "extend");
  return html`
    <div class="wrap">
      <p class="said"><${Sign} name="wrapup" /> <span>${t("wrap.title")}${desk.recalled(wrap.call) && html`: <b>${desk.recalled(wrap.call)}</b>`}</span></p>
      <p class="clock" role="timer" aria-live="off">${duration(Math.ceil(left))}</p>
      ${wrap.reasons.length > 0 && html`<${Reasons} desk=${desk} wrap=${wrap} />`}
      ${!desk.view.current && html`<${Notes} key=${wrap.call} desk=${desk} call=${wrap.call} note=${wrap.note} />`}
      <div class="actions">
        <button class="verb go" data-verb="done" onClick=${() => desk.order("ready")}>
          <${Sign} name="ready" /> <span>${t("wrap.done")}</span> <kbd aria-hidden="true">R</kbd></button>
        ${extend.when(desk.view) && html`<button class="verb" data-verb="extend" aria-keyshortcuts="L" onClick=${() => work(extend, desk)}>
          <${Sign} name="clock" /> <span>${t("verb.extend")}</span> <kbd aria-hidden="true">L</kbd></button>`}
      </div>
    </div>`;
}

const Reasons = ({ desk, wrap }) => html`
  <fieldset class="reasons">
    <legend>${t(wrap.must ? "wrap.must" : "wrap.reason")}</legend>
    ${wrap.reasons.map((reason, index) => html`
      <label key=${reason}>
        <input type="radio" name="reason" value=${reason} checked=${wrap.reason === reason} onChange=${() => desk.order("reason", { reason })} />
        <span><kbd aria-hidden="true">${index < 9 ? index + 1 : ""}</kbd> ${word("reason", reason)}</span>
      </label>`)}
  </fieldset>`;

/** A text that is kept with the call as it is written; what another tab or a colleague wrote is taken over while nobody types here. */
export function Notes({ desk, call, note }) {
  const [text, setText] = useState(note);
  const [said, say] = useState("");
  const typing = useRef(null);
  const keep = async (value) => {
    clearTimeout(typing.current);
    typing.current = null;
    if (value === note) return;
    const refused = await desk.quietly("note", { call, text: value });
    say(refused || t("notes.kept"));
  };
  const write = (event) => {
    const { value } = event.currentTarget;
    setText(value);
    say("");
    clearTimeout(typing.current);
    typing.current = setTimeout(() => keep(value), PAUSE);
  };
  useEffect(() => {
    if (typing.current === null) setText(note);
  }, [note]);
  return html`
    <div class="notes">
      <label for="notes">${t("notes.title")} <kbd aria-hidden="true">W</kbd></label>
      <textarea id="notes" rows="3" maxlength="4000" value=${text} onInput=${write} onBlur=${(event) => keep(event.currentTarget.value)}
        onKeyDown=${(event) => event.key === "Escape" && event.currentTarget.blur()} />
      <p class="kept" role="status">${said}</p>
    </div>`;
}
