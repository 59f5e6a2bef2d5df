// The voice of a browser that is a station: its leg is attached while somebody is signed in there, and says how it is.

import { me } from "./me.js";
import { askToNotify, wake } from "./desk_ring.js";
import { useEffect, useRef, useState } from "./parts.js";
import { t } from "./texts.js";

export const isBrowser = (station) => /^browser/.test(station ?? "");
const SIGNS = { phone: "phone", usb: "headset", browser: "screen" };
const NOTHING = { state: "", detail: "" };
const GONE = 1500; // ms after which the tab that had the voice has gone, where the box hears it no more

/** Before the order to sign in, in its gesture: browsers let no page sound or notify without one. */
export function prepare() {
  wake();
  askToNotify();
}

/** `{state, text, fault, sign, own, leg}`: how the voice is, in words, and what is wrong; `leg` is null elsewhere.
 *  `out`: the box hears nobody at the station; then no other tab has it, and this one need not be told to. */
export function useVoice(station, here, out) {
  const [{ state, detail }, tell] = useState(NOTHING);
  const leg = useRef(null);
  const own = Boolean(here) && isBrowser(station);
  useEffect(() => {
    if (!own) return undefined;
    let current = true;
    attached((now, why = "") => current && tell({ state: now, detail: why }))
      .then((made) => {
        if (current) leg.current = made;
        else made.close();
      })
      .catch(() => current && tell({ state: "missing", detail: "" }));
    return () => {
      current = false;
      leg.current?.close();
      leg.current = null;
      tell(NOTHING);
    };
  }, [own, station]);
  const free = out && state === "elsewhere";
  useEffect(() => {
    if (!free) return undefined;
    const timer = setTimeout(() => leg.current?.begin(false), GONE);
    return () => clearTimeout(timer);
  }, [free]);
  const told = own && state !== "";
  const fault = told && FAULTS.has(state) ? (state === "refused" && detail) || t(`voice.${state}.told`) : "";
  return { state, own, leg, fault, text: told ? t(`voice.${state}`) : "", sign: SIGNS[/^[a-z]+/.exec(station ?? "")?.[0]] ?? "phone" };
}

const FAULTS = new Set(["refused", "denied", "missing", "elsewhere"]);

async function attached(onState) {
  const { attach } = await import("./leg.js");
  let { csrf } = await me();
  return attach({
    onState,
    headers: () => {
      me().then((sitting) => { csrf = sitting.csrf; });
      return csrf ? { "X-Bellwire-Token": csrf } : {};
    },
  });
}
