// The box's words in a person's: states, what somebody hears, what happened, and what to do next.

import { duration, spaced } from "./format.js";
import { has, t, word } from "./texts.js";

export { duration, spaced };

/** State of a line -> icon. Shape and word say it; the colour only helps. */
export const LINE = { idle: "idle", ringing: "ringing", seized: "box", talking: "talking", guard: "wait", in_use: "lifted", out: "out" };

export const PHONE = {
  idle: "idle",
  ringing: "ringing",
  dial_tone: "lifted",
  dialling: "lifted",
  calling: "ringing",
  talking: "talking",
  congestion: "lifted",
  howler: "lifted",
  off_hook: "lifted",
  out: "out",
};

/** Icon and words of a port's state. */
export const portWords = (table, state) => [table[state] ?? "idle", word(table === LINE ? "line" : "phone", state)];

export const callWords = (state) => word("call", state);
export const personWords = (state) => word("person", state);

const PORT = /^(line|phone|usb|browser)(\d*)$/;

/** "Line 1", "Phone 2", "Browser"; a name that is no port's stays as it is. */
export function portName(name) {
  const [, kind, place] = PORT.exec(name ?? "") ?? [];
  return kind ? t(`port.${kind}`, { place }).trim() : (name ?? "");
}
export const lineName = portName;
export const phoneName = portName;

/** What somebody hears: the box's own sentence where it speaks, else the tone's name. */
export function hearing(hears, phrases) {
  if (!hears) return { what: t("hears.silence"), words: "" };
  if (!hears.startsWith("prompt:")) return { what: word("hears", hears), words: "" };
  return { what: t("hears.box"), words: phrases?.[hears.slice(7)] ?? hears.slice(7) };
}

/** A function from `at` (µs of the box's clock) to the time of day on the box's wall, or to seconds where no event tells it. */
export function wallClock(events) {
  const known = events.findLast((event) => event.date);
  if (!known) return (at) => duration(at / 1e6);
  const zero = Date.parse(`${known.date.slice(0, 19)}Z`) - known.at / 1000;
  return (at) => new Date(zero + at / 1000).toISOString().slice(11, 19);
}

export const who = ({ number, name, reason }) =>
  [name, spaced(number)].filter(Boolean).join(", ") || t(reason === "withheld" ? "caller.withheld" : "caller.unknown");

/** What the fields of an event say in words, where they are not told as they are. */
const MEANS = {
  BoxStarted: ({ lines, phones }) => ({ lines, phones }),
  CallArrived: (f) => ({ who: who(f), line: lineName(f.line) }),
  CallDialled: (f) => ({ port: portName(f.phone), number: spaced(f.number), on: f.line ? t("told.on_line", { line: lineName(f.line) }) : "" }),
  PhoneRang: (f) => ({ port: portName(f.station) }),
  CallAnswered: (f) => ({ port: portName(f.station) }),
  CallHeld: (f) => ({ by: portName(f.by) }),
  CallResumed: (f) => ({ by: portName(f.by) }),
  CallMoved: (f) => ({ by: portName(f.by), to: portName(f.to) }),
  CallEnded: (f) => ({ time: duration(f.seconds), side: word("side", f.side), ending: word("ending", f.reason) }),
  LineChanged: (f) => ({ port: lineName(f.line), state: word("line", f.state), reason: f.state === "out" ? `, ${f.reason}` : "" }),
  PhoneChanged: (f) => ({ port: portName(f.station), state: word("phone", f.state), reason: f.reason ? `, ${f.reason}` : "" }),
  AgentChanged: (f) => ({ agent: f.agent, status: word("status", f.status), state: word("state", f.state) }),
  QueueLeft: (f) => ({ queue: f.queue, outcome: word("outcome", f.outcome) }),
  CallLed: (f) => ({ to: portName(f.to), by: word("led", f.by) }),
  CallerKnown: (f) => ({ number: spaced(f.number) || t("caller.some"), last: f.agent ? t("told.last_with", { agent: f.agent }) : "" }),
  CallOffered: (f) => ({ to: f.agent ?? portName(f.station) }),
  OfferEnded: (f) => ({ to: f.agent ?? portName(f.station), reason: word("offer", f.reason) }),
  WaitTold: (f) => ({
    place: f.place ? t("told.place", { place: f.place }) : t("told.the_wait"),
    wait: f.seconds ? t("told.at_most", { minutes: Math.round(f.seconds / 60) }) : "",
  }),
  CallListened: (f) => ({ by: f.by, how: word("listens", f.how) }),
  HoursChanged: (f) => ({ hours: f.hours, state: t(f.open ? "hours.open" : "hours.closed") }),
  EmergencyDialled: (f) => ({ port: portName(f.phone), number: f.number }),
  Failed: (f) => ({ error: f.error, where: f.where, at: f.port ? t("told.at_port", { port: portName(f.port) }) : "" }),
  EventsLost: (f) => ({ n: f.last - f.first + 1 }),
  Stray: (f) => ({ port: portName(f.port), fact: f.fact }),
};

/** An event as a sentence; one that this page does not know as it stands in the journal. */
export function sentence({ type, fields }) {
  return has(`told.${type}`) ? t(`told.${type}`, MEANS[type]?.(fields) ?? fields) : `${type} ${JSON.stringify(fields)}`;
}

/** The one thing that a newcomer can do now. */
export function next({ calls, phones, town }) {
  if (!town) return calls.length ? "" : t("next.wait");
  if (!town.power.on) return t("next.dark");
  const call = calls[0];
  if (!call) return nextInTown(town.people, Object.keys(phones).filter((each) => LEFT_OFF.has(phones[each].state)));
  const name = known(town.people, call.number) || call.name || spaced(call.number) || t("caller.the");
  const ringing = Object.keys(phones).filter((each) => phones[each].ringing).map(phoneName);
  if (ringing.length) return t("next.rings", { n: ringing.length, phones: ringing.join(t("list.and")) });
  return has(`next.${call.state}`) ? t(`next.${call.state}`, { name, other: phoneName(call.with) || t("list.office") }) : "";
}

const LEFT_OFF = new Set(["congestion", "howler", "off_hook"]);

function nextInTown(people, leftOff) {
  if (leftOff.length) return t("next.left_off", { phones: leftOff.map(phoneName).join(t("list.and")) });
  const left = people.find(({ state }) => state === "dropped");
  if (left) return t("next.dropped", { name: left.name || spaced(left.number) });
  if (people.some(({ state }) => state !== "idle")) return t("next.through");
  return t("next.start");
}

const known = (people, number) => people.find((person) => person.number === number)?.name;
