// What every part of the page is made with: preact's verbs, icons, and a button that says why it was refused.

import { h, render } from "../vendor/preact.js";
import { useCallback, useEffect, useRef, useState } from "../vendor/hooks.js";
import htm from "../vendor/htm.js";
import { order } from "./box.js";

export const html = htm.bind(h);
export { render, useCallback, useEffect, useRef, useState };

const SHAPES = {
  idle: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zm0 2.200a1.800 1.800 0 1 1 0 3.600 1.800 1.800 0 0 1 0-3.600z",
  ringing: "M12 4a1.200 1.200 0 0 1 1.200 1.200v.7A5 5 0 0 1 17 10.700c0 3.300.9 4.500 2 5.800H5c1.100-1.300 2-2.500 2-5.800a5 5 0 0 1 3.800-4.800v-.7A1.200 1.200 0 0 1 12 4zm-2 13.800h4a2 2 0 0 1-4 0z",
  talking: "M5 5h14v9h-7l-4 4v-4H5z",
  box: "M5 9v6h3.500l4.500 4V5L8.500 9zm10.500.2a4 4 0 0 1 0 5.600M18 7a7 7 0 0 1 0 10",
  lifted: "M4 10.500C8.500 6 15.500 6 20 10.500l-2.600 2.600-2.700-1.400v-1.900a8 8 0 0 0-5.400 0v1.900l-2.700 1.400z",
  wait: "M8 6h2.600v12H8zm5.400 0H16v12h-2.600z",
  out: "M12 4l9 15.500H3zm-1 5.500.3 5h1.400l.3-5zm1 6.300a1 1 0 1 0 0 2 1 1 0 0 0 0-2z",
  check: "M5 12.500l4.500 4.500L19 7.500",
};
const DRAWN = new Set(["check"]); // as a stroke; the others are filled

export const Icon = ({ name }) => html`
  <svg class=${DRAWN.has(name) ? "icon drawn" : "icon"} viewBox="0 0 24 24" aria-hidden="true"><path d=${SHAPES[name]} /></svg>`;

/** `[send, refusal, busy]`: `send(name, fields)` gives the order and answers whether it was carried out. */
export function useOrder() {
  const [refusal, setRefusal] = useState("");
  const [busy, setBusy] = useState(false);
  const send = useCallback(async (name, fields) => {
    setBusy(true);
    const sentence = await order(name, fields);
    setBusy(false);
    setRefusal(sentence);
    return sentence === "";
  }, []);
  return [send, refusal, busy];
}

export const Refusal = ({ text }) => (text ? html`<p class="refusal" role="alert">${text}</p>` : null);

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

/** `meaning`: what the menu makes of a key, for those that lead somewhere now. */
export const KeyPad = ({ label, meaning = {}, press }) => html`
  <div class="keys" role="group" aria-label=${label}>
    ${KEYS.map((key) => html`
      <button type="button" class=${meaning[key] ? "key leads" : "key"} onClick=${() => press(key)}>
        ${key}${meaning[key] && html`<small>${meaning[key]}</small>`}
      </button>`)}
  </div>`;

/** A line of text and a button; Enter does it too. */
export function Line({ label, text, hint = "", button, send, mode = "text" }) {
  const [value, setValue] = useState(text);
  const submit = (event) => {
    event.preventDefault();
    if (value.trim()) send(value.trim());
  };
  return html`
    <form class="line" onSubmit=${submit}>
      <input aria-label=${label} placeholder=${hint} value=${value} inputmode=${mode} maxlength="200" autocomplete="off"
        onInput=${(event) => setValue(event.currentTarget.value)} />
      <button type="submit" disabled=${!value.trim()}>${button}</button>
    </form>`;
}
