// How a ringing desk is noticed: the title, a sound on the device that was chosen, and a notification where the page is hidden.

import { useEffect, useLayoutEffect, useRef } from "../vendor/hooks.js";
import { t } from "./texts.js";

const ON = 1, OFF = 2; // s of ring and of silence
const NOTES = [[659, 0], [523, 0.22], [659, 0.44]]; // Hz, s: a soft bell

let context = null;
let speaker = null; // an element, because a device is chosen for elements alone

/** Where the ring is heard: "" is the computer's own device, "none" nowhere. */
export const ringOn = () => localStorage.getItem("ring.device") ?? "";
export function setRingOn(device) {
  localStorage.setItem("ring.device", device);
  speaker?.setSinkId?.(device === "none" ? "" : device).catch(() => {});
}

/** To be called in a gesture: browsers let no page sound before one. */
export function wake() {
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume().catch(() => {});
  if (!speaker) {
    const out = context.createMediaStreamDestination();
    speaker = Object.assign(new Audio(), { srcObject: out.stream });
    speaker.out = out;
    setRingOn(ringOn());
    speaker.play().catch(() => {});
  }
}

/** One burst, now. */
export function chime(gain = 0.25) {
  wake();
  const now = context.currentTime;
  for (const [pitch, at] of NOTES) {
    const [tone, level] = [context.createOscillator(), context.createGain()];
    tone.frequency.value = pitch;
    level.gain.setValueAtTime(0, now + at);
    level.gain.linearRampToValueAtTime(gain, now + at + 0.02);
    level.gain.exponentialRampToValueAtTime(0.001, now + at + ON / 2);
    tone.connect(level).connect(speaker.out);
    tone.start(now + at);
    tone.stop(now + at + ON / 2);
  }
  performance.mark("ring");
}

/** Rings while `call` does. `sounds`: whether this page is what rings; a telephone on the desk does that by itself. */
export function useRing(call, name, note, sounds) {
  const shown = useRef(null);
  useEffect(() => {
    document.title = call ? t("title.rings", { name }) : t("title");
  }, [call?.id, name]);
  useLayoutEffect(() => {
    if (!call) return undefined;
    const burst = () => sounds && ringOn() !== "none" && chime();
    burst();
    const timer = setInterval(burst, (ON + OFF) * 1000);
    if (document.hidden && globalThis.Notification?.permission === "granted") {
      shown.current = new Notification(t("title.rings", { name }), { body: note, tag: "bellwire-ring", requireInteraction: true, icon: "/pages/bell.svg" });
      shown.current.onclick = () => window.focus();
    }
    return () => {
      clearInterval(timer);
      shown.current?.close();
      shown.current = null;
    };
  }, [call?.id, sounds]);
}

/** Asked once, in the gesture of signing in. */
export function askToNotify() {
  if (globalThis.Notification?.permission === "default") Notification.requestPermission().catch(() => {});
}
