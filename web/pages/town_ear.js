// One's own headphones and microphone at one telephone of the town at a time.

import { attach } from "./leg.js";
import { html, useEffect, useRef, useState } from "./parts.js";
import { t } from "./texts.js";

const SILENT = { who: null, state: "", detail: "" };

/** `{who, state, detail, muted, listen(who), stop(), mute(on)}`. */
export function useEar(csrf) {
  const [ear, setEar] = useState(SILENT);
  const [muted, setMuted] = useState(false);
  const leg = useRef(null);
  const stop = () => {
    leg.current?.close();
    leg.current = null;
    setMuted(false);
    setEar(SILENT);
  };
  const listen = (who) => {
    stop();
    const headers = () => (csrf ? { "X-Bellwire-Token": csrf } : {});
    const told = (state) => (state === "live" && leg.current?.silent ? "hears" : state);
    const onState = (state, detail) => setEar((now) => (now.who === who ? { who, state: told(state), detail } : now));
    setEar({ who, state: "asking", detail: "" });
    leg.current = attach({ path: "/api/town/leg/offer", body: { who }, headers, onState, takeOver: true, orSilent: true });
  };
  const mute = (on) => {
    leg.current?.mute(on);
    setMuted(on);
  };
  useEffect(() => stop, []);
  return { ...ear, muted, listen, stop, mute };
}

/** The button that puts a telephone to one's own ear, and how that goes. */
export function Ear({ ear, who, title }) {
  const here = ear.who === who;
  const live = here && (ear.state === "live" || ear.state === "hears");
  return html`
    <div class="ear ${live ? "live" : ""}">
      <button type="button" aria-pressed=${here} aria-label=${t(here ? "ear.stop_of" : "ear.listen_of", { title })}
        onClick=${() => (here ? ear.stop() : ear.listen(who))}>${t(here ? "ear.stop" : "ear.listen")}</button>
      ${here && ear.state === "live" && html`<button type="button" aria-pressed=${ear.muted} onClick=${() => ear.mute(!ear.muted)}>${t(ear.muted ? "ear.unmute" : "ear.mute")}</button>`}
      ${here && html`<small role="status">${t(`ear.${ear.state}`, { title })} ${ear.state === "refused" || ear.state === "elsewhere" ? ear.detail : ""}</small>`}
    </div>`;
}
