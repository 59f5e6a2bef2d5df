// The box, as this page knows it: one stream of what is and what happens, and orders that go the other way.

import { useEffect, useState } from "../vendor/hooks.js";
import { change } from "./me.js";
import { t } from "./texts.js";

const TAIL = 200; // journal rows that the page keeps

const nothing = () => ({ state: null, events: [], recorded: 0, trouble: t("opening") });

/** `{state, at, events, recorded, trouble}`: the newest snapshot and when it came (ms), the journal's tail, up to where
 * the call record knows it, and what is wrong. Without `journal` no tail is kept: a page that shows none is drawn less often. */
export function useBox({ journal = true } = {}) {
  const [box, setBox] = useState(nothing);
  useEffect(() => {
    const stream = new EventSource("/api/events");
    const change = (some) => setBox((before) => ({ ...before, ...some(before) }));
    stream.addEventListener("state", ({ data }) =>
      change(() => ({ state: JSON.parse(data), at: performance.now(), trouble: "" })));
    if (journal) stream.addEventListener("journal", ({ data }) => change(({ events }) => ({ events: appended(events, JSON.parse(data)) })));
    stream.addEventListener("record", ({ data }) => change(() => ({ recorded: JSON.parse(data) })));
    stream.addEventListener("trouble", ({ data }) => change(() => ({ trouble: JSON.parse(data) })));
    stream.addEventListener("error", () => change(() => ({ trouble: t("lost") })));
    return () => stream.close();
  }, []);
  return box;
}

function appended(events, event) {
  const newest = events.at(-1);
  if (newest && event.seq === newest.seq) return events;
  const before = newest && event.seq < newest.seq ? [] : events; // a journal that began anew
  return [...before, event].slice(-TAIL);
}

/** Give an order; the answer is "" when it was carried out, else the sentence that says why not. */
export const order = (name, fields) => change(`/api/orders/${name}`, fields);

/** Why a call of the record went where it went; where the box cannot tell, the sentence that says so. */
export async function why(key) {
  try {
    const answer = await fetch(`/api/calls/${key}/why`);
    return (await answer.json()).sentence;
  } catch {
    return t("lost");
  }
}

/** JSON from the box, asked for again whenever `when` changes; null until it is here. */
export function useJson(path, when) {
  const [value, setValue] = useState(null);
  useEffect(() => {
    let current = true;
    fetch(path)
      .then((answer) => (answer.ok ? answer.json() : null))
      .then((told) => current && told && setValue(told))
      .catch(() => {}); // the banner says it already, and the next change asks again
    return () => { current = false; };
  }, [path, when]);
  return value;
}

/** The same value, drawn anew every second while `running`: for clocks that count. */
export function useSecond(running) {
  const [, beat] = useState(0);
  useEffect(() => {
    if (!running) return undefined;
    const timer = setInterval(() => beat((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, [running]);
}
