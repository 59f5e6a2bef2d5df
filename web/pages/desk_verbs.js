// What hands can do at a desk: one table for the buttons, the keys and the list of keys.
// `when(view)`: can it be done now; `act(desk)` does it, `on(view)`: is it on; `look` how its button looks.

const talks = ({ current }) => current?.state === "talking";
const alone = (view) => talks(view) && !view.consult && view.together.length === 0;
const waits = ({ held, current, agent }) => held.length > 0 && !current && agent.state !== "offline"; // else the box keeps it
const noted = (view) => view.current ?? view.held.at(-1) ?? view.wrap;

export const VERBS = [
  { id: "answer", key: "a", look: "go", when: ({ ringing, knocks }) => ringing || knocks, act: (desk) => desk.order("answer") },
  { id: "reject", key: "x", icon: "cancel", when: ({ ringing, agent }) => ringing && agent.state === "ringing", act: (desk) => desk.order("reject") },
  { id: "complete", key: "u", icon: "transfer", look: "go", when: ({ consult }) => consult, act: (desk) => desk.order("complete") },
  { id: "together", key: "n", icon: "conference", when: ({ consult }) => consult, act: (desk) => desk.order("conference") },
  { id: "swap", key: "y", when: (view) => view.consult && talks(view), act: (desk) => desk.order("swap") },
  { id: "cancel", key: "q", when: ({ consult }) => consult, act: (desk) => desk.order("resume") },
  { id: "hold", key: "h", when: alone, act: (desk) => desk.order("hold") },
  { id: "resume", key: "h", look: "go", when: waits, act: (desk) => desk.order("resume") },
  { id: "mute", key: "m", when: talks, on: ({ phone }) => phone.muted, act: (desk) => desk.order("mute", { on: !desk.view.phone.muted }) },
  { id: "transfer", key: "t", when: (view) => alone(view) || waits(view), panel: "transfer" },
  { id: "conference", key: "n", when: (view) => talks(view) && !view.consult, panel: "conference" },
  { id: "park", key: "p", when: (view) => alone(view) || waits(view), act: (desk) => desk.order("park") },
  { id: "keypad", key: "k", when: ({ current }) => current, panel: "keypad" },
  { id: "record", key: "c", when: talks, on: ({ current }) => current?.recorded === true, act: (desk) => desk.order("record", { on: desk.view.current.recorded !== true }) },
  { id: "inform", key: "s", when: (view) => alone(view) && view.current.line && view.state.settings?.topics?.length, panel: "inform" },
  { id: "end", key: "e", look: "stop", when: ({ current }) => current, act: (desk) => desk.order("hang_up") },
  { id: "notes", key: "w", icon: "wrapup", place: "keys", when: noted, act: () => focus("notes") },
  { id: "extend", key: "l", icon: "clock", place: "wrap", when: ({ wrap }) => wrap?.longer, act: (desk) => desk.order("extend") },
  { id: "ready", key: "r", place: "top", look: "go", when: ({ here, agent, wrap }) => here && (agent.status === "break" || wrap), act: (desk) => desk.order("ready") },
  { id: "break", key: "b", place: "top", when: ({ here, agent }) => here && agent.status === "available", panel: "break" },
  { id: "dnd", key: "z", place: "top", when: ({ here, agent }) => here && agent.dnd, on: () => true, act: (desk) => desk.order("dnd", { on: false }, false, "top") },
  { id: "pickup", key: "g", icon: "answer", place: "side", when: ({ here, rings }) => here && rings.length, act: (desk) => desk.order("pickup") },
  { id: "dial", key: "d", icon: "answer", place: "keys", when: ({ here }) => here, act: () => focus("dial") },
  { id: "find", key: "f", icon: "search", place: "keys", when: () => true, act: () => focus("search") },
  { id: "check", key: "v", icon: "headset", place: "keys", when: () => true, panel: "check" },
  { id: "help", key: "?", place: "keys", when: () => true, panel: "help" },
];

export const focus = (id) => document.getElementById(id)?.focus();

/** Do it: at once, or by opening what asks for the rest. */
export const work = (verb, desk) => (verb.panel ? desk.toggle(verb.panel) : verb.act(desk));

const TYPING = "input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]";

/** The verb of a key that was pressed; none while somebody types or a dialog is open, and none with a modifier. */
export function pressed(event, view) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.isComposing) return null;
  if (event.target.closest?.(TYPING) || document.querySelector("dialog[open]")) return null;
  return VERBS.find((verb) => verb.key === event.key.toLowerCase() && verb.when(view)) ?? null;
}
