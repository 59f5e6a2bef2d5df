// The desk: what somebody who answers calls looks at all day. Keyboard first; the sound may be here or at a telephone.

import { useBox, useSecond } from "./box.js";
import { Book } from "./desk_book.js";
import { Stage, party, stationName, way } from "./desk_call.js";
import { byNumber } from "./desk_hand.js";
import { Sign } from "./desk_icons.js";
import { useRing, wake } from "./desk_ring.js";
import { Side } from "./desk_side.js";
import { Start } from "./desk_start.js";
import { Lines, Top } from "./desk_top.js";
import { VERBS, pressed, work } from "./desk_verbs.js";
import { sitter, view as viewed } from "./desk_view.js";
import { isBrowser, useVoice } from "./desk_voice.js";
import { titled } from "./format.js";
import { change, me } from "./me.js";
import { html, render, useCallback, useEffect, useRef, useState } from "./parts.js";
import { speak, t } from "./texts.js";

const REMEMBERED = 50; // calls whose name and first ring this page knows after they are over
const OF_A_CALL = new Set(["transfer", "conference", "keypad", "inform"]); // what is open for a call closes with it
const LOST = 2500; // ms without the box, after which it is asked whether the session is still good

/** Whatever the parts of the desk ask of it; the refusals are shown where the order was given. */
function useDesk(who) {
  const box = useBox({ journal: false });
  const [panel, setPanel] = useState("");
  const [refusal, refuse] = useState({ at: "", text: "" });
  const seen = useRef(new Map());
  const names = useRef(new Map());
  const opener = useRef(null);
  useSecond(true);
  const passed = () => (box.at ? (performance.now() - box.at) / 1000 : 0);
  const quietly = (name, fields = {}) => change(`/api/orders/agent.${name}`, { who, ...fields });
  const toggle = useCallback((name) => {
    if (name) opener.current = document.activeElement;
    setPanel((open) => (open === name ? "" : name));
    if (!name) opener.current?.focus?.();
  }, []);
  const order = async (name, fields = {}, closes = false, at = "call") => {
    const text = await quietly(name, fields);
    refuse({ at, text });
    if (closes && !text) setPanel("");
    return text === "";
  };
  const now = () => (box.state ? box.state.uptime_s + passed() : 0);
  const desk = {
    who, box, panel, refusal, toggle, order, quietly, now, passed,
    view: box.state && viewed(box.state, who),
    offered(call) {
      if (!seen.current.has(call.id)) seen.current = new Map([...seen.current].slice(-REMEMBERED)).set(call.id, now());
      return seen.current.get(call.id);
    },
    recalled: (id) => names.current.get(id) ?? "",
    sits: (station) => titled(sitter(box.state, station) ?? "") || stationName(station),
    call: (name, number) => order("dial", { to: /^[+\d]/.test(number) ? number.replaceAll(" ", "") : name }, false, "call"),
    async dialled(event) {
      event.preventDefault();
      const form = event.currentTarget;
      const to = form.elements.to.value.trim();
      const known = Object.keys(box.state.agents).find((name) => name === to.toLowerCase());
      if (to && (await order("dial", { to: known ?? to.replace(/[\s-]/g, "") }))) form.reset();
    },
    async leave() {
      await change("/api/sign-out", {});
      location.assign("/");
    },
  };
  for (const call of desk.view ? [desk.view.current, ...desk.view.held].filter(Boolean) : []) {
    names.current.set(call.id, party(call, desk.view));
    if (names.current.size > REMEMBERED) names.current.delete(names.current.keys().next().value);
  }
  const { agent, current, held = [] } = desk.view ?? {};
  useEffect(() => refuse({ at: "", text: "" }), [agent?.status, agent?.state]);
  useEffect(() => setPanel((open) => (OF_A_CALL.has(open) ? "" : open)), [current?.id, held.length]);
  return desk;
}

function Page({ who }) {
  const desk = useDesk(who);
  const { view, box, order } = desk;
  const voice = useVoice(view?.station, view?.here, view?.phone.state === "out");
  const ringing = view?.ringing ?? null;
  const name = ringing ? party(ringing, view) : "";
  useRing(ringing, name, ringing ? way(ringing) : "", isBrowser(view?.station));
  useKeys(desk);
  useSession(box.trouble);
  useHeadset(desk);
  if (!view) return html`<p class="early">${t("opening")}</p>`;
  const dark = view.state.town?.power.on === false; // only in a simulated town do its pages outlive the box's power
  const away = dark || Boolean(box.trouble);
  return html`
    <${Said} view=${view} name=${name} away=${away} />
    ${away && html`<p class="banner lost" role="alert"><${Sign} name="offline" /> ${t(dark ? "dark" : "lost")}</p>`}
    ${voice.fault && html`<p class="banner" role="alert"><${Sign} name="offline" /> <span>${voice.fault}</span>
      ${voice.state === "elsewhere" ? html`<button onClick=${() => voice.leg.current?.takeOver()}>${t("voice.here")}</button>`
        : html`<button onClick=${() => voice.leg.current?.retry()}>${t("voice.again")}</button>`}</p>`}
    ${view.agent.back && html`<p class="banner soft" role="status"><span>${t(`back.${view.agent.code}`)}</span>
      <button class="main" onClick=${() => order(view.agent.back.slice(6), {}, false, "top")}>${t("verb.ready")}</button></p>`}
    ${view.here
      ? html`
        <div class=${away ? "whole stale" : "whole"}>
          <${Top} desk=${desk} voice=${voice} />
          <${Lines} desk=${desk} />
          <main class="desk-floor">
            <div class="work"><${Stage} desk=${desk} /><${Book} desk=${desk} recorded=${box.recorded} /></div>
            <${Side} desk=${desk} />
          </main>
        </div>`
      : html`<main><${Start} desk=${desk} /></main>`}
    ${desk.panel === "help" && html`<${Later} from="./desk_help.js" desk=${desk} />`}
    ${desk.panel === "check" && html`<${Later} from="./desk_check.js" desk=${desk} voice=${voice} />`}`;
}

/** What is told to whoever does not see it: at once who calls, in turn what has changed. */
const Said = ({ view, name, away }) => html`
  <p class="unseen" role="status" aria-live="assertive">${view.ringing && t("said.rings", { name, way: way(view.ringing) })}</p>
  <p class="unseen" role="status">${away || !view.here ? "" : t(`said.${view.agent.state}`)}</p>`;

/** A part of the page that few open: it is fetched when somebody does. */
function Later({ from, ...given }) {
  const [made, set] = useState(null);
  useEffect(() => { import(from).then(({ default: Part }) => set(() => Part)); }, [from]);
  return made && html`<${made} ...${given} />`;
}

function useKeys(desk) {
  const newest = useRef(desk);
  newest.current = desk;
  useEffect(() => {
    const down = (event) => {
      const { view } = newest.current;
      if (!view?.here && event.key !== "?") return;
      if (event.key === "Escape" && newest.current.panel) return newest.current.toggle("");
      const verb = pressed(event, view);
      if (verb) {
        event.preventDefault();
        work(verb, newest.current);
      } else if (/^[1-9]$/.test(event.key) && !event.target.closest?.("input, textarea, .pad")) byNumber(newest.current, event.key);
    };
    addEventListener("keydown", down);
    addEventListener("pointerdown", wake, { once: true });
    return () => removeEventListener("keydown", down);
  }, []);
}

/** The buttons of a head-set do what a key does; its lamps show what the page shows. */
function useHeadset(desk) {
  const newest = useRef(desk);
  newest.current = desk;
  const set = useRef(null);
  const { ringing, current, phone } = desk.view ?? {};
  useEffect(() => {
    if (!navigator.hid) return undefined;
    const press = (id) => {
      const verb = VERBS.find((each) => each.id === id);
      if (newest.current.view?.here && verb.when(newest.current.view)) work(verb, newest.current);
    };
    const hook = (off) => press(off ? "answer" : "end");
    const use = async (device) => {
      const { open } = await import("./headset.js");
      set.current?.close();
      set.current = await open(device, { hook, mute: () => press("mute") });
    };
    const chosen = ({ detail }) => use(detail).catch(() => {});
    navigator.hid.getDevices().then(([device]) => device && use(device)).catch(() => {});
    addEventListener("headset", chosen);
    return () => { removeEventListener("headset", chosen); set.current?.close(); };
  }, []);
  const lamps = { ringing: Boolean(ringing), talking: Boolean(current), muted: Boolean(phone?.muted) };
  useEffect(() => { set.current?.show(lamps); }, [lamps.ringing, lamps.talking, lamps.muted]);
}

/** A box that stays away may be one that does not know us any more. */
function useSession(trouble) {
  useEffect(() => {
    if (!trouble) return undefined;
    const timer = setInterval(() => me(true).then(({ name, locked }) => (name && !locked) || location.assign("/sign-in")).catch(() => {}), LOST);
    return () => clearInterval(timer);
  }, [trouble]);
}

const sitting = await me();
await speak(sitting.language, ...navigator.languages);
const page = document.getElementById("page");
page.replaceChildren();
if (sitting.name) render(html`<${Page} who=${sitting.name} />`, page);
else location.replace(sitting.simulator ? "/town" : "/sign-in");
