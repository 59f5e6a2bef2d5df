// The box as one person's desk sees it: pure functions of the snapshot, no page.

/** `{agent, station, phone, ringing, current, held, together, consult, wrap, waiting, parked, colleagues, …}`. */
export function view(state, who) {
  const agent = state.agents[who] ?? { status: "off", state: "offline", station: null, messages: 0 };
  const phone = state.phones[agent.station] ?? { state: "out", held: [], together: [] };
  const calls = new Map(state.calls.map((call) => [call.id, call]));
  const held = (phone.held ?? []).map((id) => calls.get(id)).filter(Boolean);
  const current = phone.ringing ? null : (calls.get(phone.call) ?? null);
  const together = (phone.together ?? []).map((id) => calls.get(id)).filter(Boolean);
  return {
    state, who, agent, phone, calls, held, current, together,
    station: agent.station,
    here: agent.status !== "off",
    ringing: state.calls.find((call) => phone.ringing && (call.rings.includes(agent.station) || call.id === phone.call)) ?? null,
    knocks: calls.get(phone.knocks) ?? null,
    consult: held.length > 0 && current !== null,
    about: about(state, calls, agent.station),
    wrap: agent.wrap?.running ? agent.wrap : null,
    waiting: waiting(state, who),
    parked: Object.entries(state.parked ?? {}).map(([place, id]) => [place, calls.get(id)]).filter(([, call]) => call),
    colleagues: colleagues(state, who),
    rings: elsewhere(state, agent.station),
  };
}

/** Whom a colleague has on hold while he asks at this station: `{call, asks}`, else null. */
function about(state, calls, station) {
  const asks = state.calls.find((call) => call.direction === "inside" && call.to === station && call.from !== station);
  const call = calls.get(state.phones[asks?.from]?.held?.at(-1));
  return call ? { call, asks: asks.from } : null;
}

/** Who waits in the queues of somebody, first the one who is served first. */
function waiting(state, who) {
  const calls = new Map(state.calls.map((call) => [call.id, call]));
  const mine = Object.entries(state.settings?.queues ?? {}).filter(([, members]) => members.includes(who));
  const names = new Set(mine.map(([name]) => name));
  return (state.line_up ?? []).filter(({ queue, callback }) => names.has(queue) && !callback)
    .map((each) => ({ ...calls.get(each.call), ...each, id: each.call })).filter(({ direction }) => direction);
}

/** Calls that ring at a colleague's, and not here. */
const elsewhere = (state, station) =>
  state.calls.filter((call) => call.state === "ringing" && call.rings.length > 0 && !call.rings.includes(station));

const ORDER = { ready: 0, ringing: 1, talking: 2, held: 2, consulting: 2, wrapup: 3, dnd: 4, break: 5, offline: 6, off: 7 };

function colleagues(state, who) {
  return Object.entries(state.agents)
    .filter(([name]) => name !== who)
    .map(([name, agent]) => ({ name, agent, look: look(agent), number: state.settings?.people?.[name] ?? "" }))
    .sort((a, b) => ORDER[a.look] - ORDER[b.look] || a.name.localeCompare(b.name));
}

/** What somebody's state is in one word: what he does counts before what he said. */
export function look({ status, state, dnd }) {
  if (status === "off") return "off";
  if (["ringing", "talking", "held", "consulting"].includes(state)) return state;
  if (state === "offline") return "offline";
  if (status === "break") return "break";
  if (state === "wrapup") return "wrapup";
  return dnd ? "dnd" : "ready";
}

/** Who sits at a station: his name, else the station's. */
export function sitter(state, station) {
  const found = Object.entries(state.agents).find(([, agent]) => agent.station === station && agent.status !== "off");
  return found?.[0] ?? null;
}

/** The station at the other end of an inside call. */
export const other = (call, station) => (call.from === station ? call.to : call.from);

/** A line's lamp: what it is, for whom, and since when. */
export function lamp(state, name) {
  const line = state.lines[name];
  const call = state.calls.find((each) => each.id === line.call);
  const kept = line.kept ? "kept" : "idle";
  if (line.state === "idle" || !call) return { look: line.state === "idle" ? kept : line.state, reason: line.reason };
  const place = Object.entries(state.parked ?? {}).find(([, id]) => id === call.id)?.[0];
  const state_ = call.state === "held" || call.state === "parked" ? call.state : line.state;
  return { look: state_, call, place, with: call.with && (sitter(state, call.with) ?? call.with) };
}
