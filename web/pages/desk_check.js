// Are the ears and the mouth of this desk well? Microphone, speakers, what the network does to the sound, the certificate.

import { Dialog } from "./desk_dialog.js";
import { Sign } from "./desk_icons.js";
import { chime, ringOn, setRingOn } from "./desk_ring.js";
import { connect, known } from "./headset.js";
import { html, useEffect, useRef, useState } from "./parts.js";
import { t } from "./texts.js";

const FLOOR = -60; // dB: a meter that stands at nothing
const LOSSY = 3; // %: more is heard
const EVERY = 1000; // ms between two looks at the leg

export default function Check({ desk, voice }) {
  return html`
    <${Dialog} desk=${desk} title=${t("check.title")}>
      <div class="checks">
        <${Microphone} />
        <${Speaker} />
        <${Network} own=${voice.own} leg=${voice.leg} />
        <${Safety} />
        <${Buttons} />
      </div>
    <//>`;
}

const Row = ({ look, title, children }) => html`
  <section class="check-row ${look}" aria-label=${title}>
    <h3><${Sign} name=${{ good: "ready", bad: "offline" }[look] ?? "idle"} /> ${title}</h3>${children}
  </section>`;

function Microphone() {
  const [level, setLevel] = useState(FLOOR);
  const [peak, setPeak] = useState(FLOOR);
  const [fault, setFault] = useState("");
  useEffect(() => {
    let [stream, context, frame] = [null, null, 0];
    const listen = async () => {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      context = new AudioContext();
      const ear = context.createAnalyser();
      context.createMediaStreamSource(stream).connect(ear);
      const samples = new Float32Array(ear.fftSize);
      const look = () => {
        ear.getFloatTimeDomainData(samples);
        const power = samples.reduce((sum, each) => sum + each * each, 0) / samples.length;
        const now = Math.max(FLOOR, 10 * Math.log10(power + 1e-9));
        setLevel(now);
        setPeak((before) => Math.max(before, now));
        frame = requestAnimationFrame(look);
      };
      look();
    };
    if (!navigator.mediaDevices) setFault(t("check.nomic"));
    else listen().catch(() => setFault(t("check.denied")));
    return () => {
      cancelAnimationFrame(frame);
      stream?.getTracks().forEach((track) => track.stop());
      context?.close();
    };
  }, []);
  const heard = peak > -45;
  return html`
    <${Row} look=${fault ? "bad" : heard ? "good" : ""} title=${t("check.mic")}>
      ${fault
        ? html`<p>${fault}</p>`
        : html`<meter min=${FLOOR} max="0" low="-45" high="-6" optimum="-20" value=${level} aria-label=${t("check.level")}>${Math.round(level)} dB</meter>
          <p>${t(heard ? "check.heard" : "check.speak")}</p>`}
    <//>`;
}

function Speaker() {
  const [devices, setDevices] = useState([]);
  const [chosen, choose] = useState(ringOn());
  useEffect(() => {
    navigator.mediaDevices?.enumerateDevices().then((all) => setDevices(all.filter(({ kind, deviceId }) => kind === "audiooutput" && deviceId && deviceId !== "default"))).catch(() => {});
  }, []);
  const pick = (event) => {
    choose(event.currentTarget.value);
    setRingOn(event.currentTarget.value);
  };
  return html`
    <${Row} title=${t("check.speaker")}>
      <label class="field">${t("check.ring")}
        <select value=${chosen} onChange=${pick}>
          <option value="">${t("check.default")}</option>
          ${devices.map(({ deviceId, label }, index) => html`<option key=${deviceId} value=${deviceId}>${label || t("check.device", { n: index + 1 })}</option>`)}
          <option value="none">${t("check.silent")}</option>
        </select></label>
      <button type="button" onClick=${() => chime(0.4)}>${t("check.tone")}</button>
      ${globalThis.Notification?.permission === "default" && html`<button type="button" onClick=${() => Notification.requestPermission()}>${t("check.notify")}</button>`}
      ${globalThis.Notification?.permission === "denied" && html`<p>${t("check.notified")}</p>`}
    <//>`;
}

/** Loss, jitter and delay on the way from here to the box: what it counts, and the network's way as this browser measures it. */
function Network({ own, leg }) {
  const [seen, see] = useState(null);
  useEffect(() => {
    if (!own) return undefined;
    const look = async () => {
      const [box, here] = await Promise.all([fetch("/api/leg/stats").then((answer) => answer.json()), leg.current?.stats()]);
      see(box.live ? { ...box, way: (here?.round_trip_ms ?? 0) / 2 } : null);
    };
    const turn = () => look().catch(() => see(null));
    turn();
    const timer = setInterval(turn, EVERY);
    return () => clearInterval(timer);
  }, [own]);
  const loss = seen ? (100 * seen.lost) / Math.max(1, seen.received + seen.lost) : 0;
  const told = seen && t("check.figures", {
    delay: `${Math.round(seen.delay_ms + seen.way)} ms`, jitter: `${Math.round(seen.jitter)} ms`, loss: `${loss.toFixed(1)} %`,
  });
  return html`
    <${Row} look=${seen ? (loss > LOSSY ? "bad" : "good") : ""} title=${t("check.network")}>
      <p>${own ? told || t("check.noleg") : t("check.elsewhere")}</p>
    <//>`;
}

const Safety = () => html`
  <${Row} look=${isSecureContext ? "good" : "bad"} title=${t("check.safety")}>
    <p>${t(!isSecureContext ? "check.unsafe" : location.protocol === "https:" ? "check.tls" : "check.local")}</p>
  <//>`;

const Buttons = () => {
  const [name, setName] = useState("");
  useEffect(() => { known().then(([first]) => first && setName(first.productName)); }, []);
  const ask = useRef(null);
  return html`
    <${Row} look=${name ? "good" : ""} title=${t("check.buttons")}>
      ${navigator.hid
        ? html`<p>${name ? t("check.headset", { name }) : t("check.noheadset")}</p>
          <button type="button" ref=${ask} onClick=${() => connect().then((device) => device && setName(device.productName))}>${t("check.connect")}</button>`
        : html`<p>${t("check.nohid")}</p>`}
    <//>`;
};
