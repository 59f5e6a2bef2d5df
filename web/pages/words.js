// The box's words in a person's: states, what somebody hears, what happened, and what to do next.

import { duration, spaced } from "./format.js";

export { duration, spaced };

/** State of a line -> icon, words. Shape and word say it; the colour only helps. */
export const LINE = {
  idle: ["idle", "free"],
  ringing: ["ringing", "rings"],
  seized: ["box", "answered"],
  talking: ["talking", "talking"],
  guard: ["wait", "hanging up"],
  in_use: ["lifted", "in use elsewhere"],
  out: ["out", "out of service"],
};

export const PHONE = {
  idle: ["idle", "on the hook"],
  ringing: ["ringing", "rings"],
  dial_tone: ["lifted", "dial tone"],
  dialling: ["lifted", "dialling"],
  calling: ["ringing", "calling"],
  talking: ["talking", "talking"],
  congestion: ["lifted", "hang up, please"],
  howler: ["lifted", "left off the hook"],
  off_hook: ["lifted", "left off the hook"],
  out: ["out", "out of service"],
};

export const CALL = {
  arriving: "rings",
  greeted: "hears the menu",
  dialling: "dialling",
  ringing: "rings the office",
  talking: "talking",
  held: "on hold",
  parked: "parked",
  promised: "is about to be called",
  ended: "over",
};

const PERSON = {
  idle: "at home",
  dialling: "dialling",
  ringback: "waits for an answer",
  busy: "hears busy",
  ringing: "is being called",
  talking: "connected",
  dropped: "was cut off: hang up",
};

const TONES = {
  silence: "nothing",
  speech: "a voice",
  music: "music",
  ringback: "ringing tone",
  busy: "busy tone",
  dial: "dial tone",
  congestion: "congestion tone",
  howler: "the howler: put it back",
  sit: "number not in use",
};

export const lineName = (name) => (name ? name.replace("line", "Line ") : "");
export const phoneName = (name) => (name ? name.replace("phone", "Phone ").replace("usb", "USB ").replace("browser", "Browser").replace(/r(\d)/, "r $1") : "");
export const portName = (name) => phoneName(lineName(name));
export const personWords = (state) => PERSON[state] ?? state;

/** What somebody hears: the box's own sentence where it speaks, else the tone's name. */
export function hearing(hears, phrases) {
  if (!hears) return { what: "nothing", words: "" };
  if (!hears.startsWith("prompt:")) return { what: TONES[hears] ?? hears, words: "" };
  return { what: "the box", words: phrases?.[hears.slice(7)] ?? hears.slice(7) };
}

/** A function from `at` (µs of the box's clock) to the time of day on the box's wall, or to seconds where no event tells it. */
export function wallClock(events) {
  const known = events.findLast((event) => event.date);
  if (!known) return (at) => duration(at / 1e6);
  const zero = Date.parse(`${known.date.slice(0, 19)}Z`) - known.at / 1000;
  return (at) => new Date(zero + at / 1000).toISOString().slice(11, 19);
}

export const who = ({ number, name, reason }) =>
  [name, spaced(number)].filter(Boolean).join(", ") || (reason === "withheld" ? "Number withheld" : "Unknown caller");

const ENDING = {
  abandoned: "gave up before the box answered",
  hang_up: "hung up",
  loop_break: "hung up",
  reversal: "hung up",
  busy_tone: "left: the line gave busy tone",
  dial_tone: "left: the line gave dial tone",
  silence: "left: nothing was heard any more",
  failed: "could not be connected",
};
const SIDE = { caller: "the caller", called: "the called party", box: "the box", line: "the line" };

const LISTENS = { listen: "listens", whisper: "speaks to the colleague", join: "has joined" };

const LED = { key: "by a key", silence: "by silence", wrong_keys: "after wrong keys", line: "straight from the line", closed: "it is closed", flow: "by the menu" };

const TOLD = {
  BoxStarted: (f) => `The box started: ${f.lines} lines, ${f.phones} phones`,
  CallArrived: (f) => `${who(f)} calls on ${lineName(f.line)}`,
  CallDialled: (f) => `${portName(f.phone)} dials ${spaced(f.number)}${f.line ? ` on ${lineName(f.line)}` : ""}`,
  DigitHeard: (f) => `Key ${f.key}`,
  PhoneRang: (f) => `${portName(f.station)} rings`,
  CallAnswered: (f) => `${portName(f.station)} answered`,
  CallHeld: (f) => `${portName(f.by)} put the call on hold`,
  CallResumed: (f) => `${portName(f.by)} took the call back`,
  CallMoved: (f) => `${portName(f.by)} gave the call to ${portName(f.to)}`,
  CallEnded: (f) => `Over after ${duration(f.seconds)}: ${SIDE[f.side] ?? f.side} ${ENDING[f.reason] ?? f.reason}`,
  LineChanged: (f) => `${lineName(f.line)}: ${LINE[f.state]?.[1] ?? f.state}${f.state === "out" ? `, ${f.reason}` : ""}`,
  PhoneChanged: (f) => `${portName(f.station)}: ${PHONE[f.state]?.[1] ?? f.state}${f.reason ? `, ${f.reason}` : ""}`,
  AgentChanged: (f) => `${f.agent}: ${f.status}, ${f.state}`,
  QueueEntered: (f) => `Waits for ${f.queue}`,
  QueueLeft: (f) => `Left ${f.queue}: ${f.outcome.replace("_", " ")}`,
  CallLed: (f) => `Led to ${f.to}: ${LED[f.by] ?? f.by}`,
  CallerKnown: (f) => `${spaced(f.number) || "A number"} is known${f.agent ? `: last with ${f.agent}` : ""}`,
  CallOffered: (f) => `Offered to ${f.agent ?? portName(f.station)}`,
  OfferEnded: (f) => `${f.agent ?? portName(f.station)} did not take it: ${f.reason.replaceAll("_", " ")}`,
  WaitTold: (f) => `Was told ${f.place ? `place ${f.place}` : "the wait"}${f.seconds ? `, at most ${Math.round(f.seconds / 60)} min` : ""}`,
  CallListened: (f) => `${f.by} ${LISTENS[f.how] ?? f.how}`,
  CallTyped: (f) => `Is about ${f.kind}`,
  HoursChanged: (f) => `Hours ${f.hours}: ${f.open ? "open" : "closed"}`,
  ClockSet: (f) => `The computer's clock was moved by ${f.moved_s} s; the box follows`,
  EmergencyDialled: (f) => `Emergency call: ${portName(f.phone)} dialled ${f.number}`,
  SettingsChanged: (f) => `Settings version ${f.version} by ${f.by}`,
  Failed: (f) => `A fault in the program was survived (${f.error} in ${f.where})${f.port ? ` at ${portName(f.port)}` : ""}`,
  EventsLost: (f) => `${f.last - f.first + 1} events could not be kept: the disk was full or broken for too long`,
  Stray: (f) => `${portName(f.port)}: ${f.fact} came out of turn`,
};

/** An event as a sentence; one that this page does not know as it stands in the journal. */
export function sentence({ type, fields }) {
  return TOLD[type] ? TOLD[type](fields) : `${type} ${JSON.stringify(fields)}`;
}

/** The one thing that a newcomer can do now. */
export function next({ calls, phones, town }) {
  if (!town) return calls.length ? "" : "Waiting for the first call.";
  const call = calls[0];
  if (!call) return nextInTown(town.people, Object.keys(phones).filter((each) => LEFT_OFF.has(phones[each].state)));
  const name = known(town.people, call.number) || call.name || spaced(call.number) || "The caller";
  const ringing = Object.keys(phones).filter((each) => phones[each].ringing).map(phoneName);
  if (ringing.length) return `${ringing.join(" and ")} ${ringing.length > 1 ? "ring" : "rings"}: press “Answer” at one of the desks.`;
  return NEXT[call.state]?.(name, phoneName(call.with) || "the office") ?? "";
}

const NEXT = {
  arriving: () => "The line rings. The box answers after the first ring.",
  greeted: (name) => `The box speaks with ${name}. Press a key for ${name}: 1 for sales, 2 for support, 0 for the operator.`,
  talking: (name, other) => `${name} and ${other} are connected: let one of them say something, or hang up.`,
};

const LEFT_OFF = new Set(["congestion", "howler", "off_hook"]);

function nextInTown(people, leftOff) {
  if (leftOff.length) return `The call is over: hang up ${leftOff.map(phoneName).join(" and ")}.`;
  const left = people.find(({ state }) => state === "dropped");
  if (left) return `${left.name || spaced(left.number)} was cut off and can hang up.`;
  if (people.some(({ state }) => state !== "idle")) return "The exchange puts the call through …";
  return "Start here: press “Ring the office”, and somebody in town calls you.";
}

const known = (people, number) => people.find((person) => person.number === number)?.name;
