// The switchboard: a lamp for each line and phone, and a cord for each connection.

import { Icon, html } from "./parts.js";
import { t } from "./texts.js";
import { LINE, PHONE, lineName, phoneName, portName, portWords, spaced } from "./words.js";

const Lamp = ({ label, note, words: [icon, said], state }) => html`
  <li class="lamp ${state}">
    <span class="bulb"><${Icon} name=${icon} /></span>
    <b>${label}</b>
    <span class="said">${said}</span>
    ${note && html`<small>${note}</small>`}
  </li>`;

export function Board({ lines, phones }) {
  return html`
    <section class="board panel" aria-labelledby="board">
      <h2 id="board">${t("board.title")}</h2>
      <ul class="lamps above" aria-label=${t("board.lines")}>
        ${Object.entries(lines).map(([name, line]) => html`
          <${Lamp} key=${name} label=${lineName(name)} note=${spaced(line.number)} state=${line.state}
            words=${portWords(LINE, line.state)} />`)}
      </ul>
      <${Cords} lines=${lines} phones=${phones} />
      <ul class="lamps" aria-label=${t("board.phones")}>
        ${Object.entries(phones).map(([name, phone]) => html`
          <${Lamp} key=${name} label=${phoneName(name)} note=${phone.number} state=${phone.ringing ? "ringing" : phone.state}
            words=${portWords(PHONE, phone.ringing ? "ringing" : phone.state)} />`)}
      </ul>
      <${Faults} ports=${{ ...lines, ...phones }} />
    </section>`;
}

const Faults = ({ ports }) => html`
  <ul class="faults">
    ${Object.entries(ports).filter(([name, port]) => port.state === "out" && !name.startsWith("browser")).map(([name, { reason }]) => html`
      <li key=${name}><b>${portName(name)}</b> ${reason || t("board.out")}</li>`)}
  </ul>`;

/** Who is connected is also said in words under "Calls": the picture is for the eye alone. */
const Cords = ({ lines, phones }) => html`
  <div class="cords" aria-hidden="true">
    <svg viewBox="0 0 100 100" preserveAspectRatio="none">
      ${cords(lines, phones).map(({ path, look, key }) => html`<path key=${key} class="cord ${look}" d=${path} />`)}
    </svg>
    <span class="hub">Bellwire</span>
  </div>`;

function cords(lines, phones) {
  const from = places(lines);
  const to = places(phones);
  const ends = (call) => Object.keys(phones).filter((name) => call && phones[name].call === call);
  const outside = Object.keys(lines).filter((name) => lines[name].call).flatMap((name) => {
    const reached = ends(lines[name].call);
    const drawn = reached.map((phone) => cord(`${name}-${phone}`, hang(from[name], to[phone]), phones[phone].ringing));
    return drawn.length ? drawn : [cord(name, `M ${from[name]} 0 C ${from[name]} 35, 50 10, 50 36`, lines[name].state === "ringing")];
  });
  return [...outside, ...inside(lines, phones, to)];
}

/** Calls from phone to phone: a cord that hangs between the two. */
function inside(lines, phones, to) {
  const onLines = new Set(Object.values(lines).map((line) => line.call));
  const names = Object.keys(phones).filter((name) => phones[name].call && !onLines.has(phones[name].call));
  return names.flatMap((one, index) =>
    names.slice(index + 1).filter((other) => phones[other].call === phones[one].call).map((other) =>
      cord(`${one}-${other}`, `M ${to[one]} 100 C ${to[one]} 40, ${to[other]} 40, ${to[other]} 100`, phones[one].ringing || phones[other].ringing)));
}

const cord = (key, path, ringing) => ({ key, path, look: ringing ? "rings" : "joined" });
const hang = (x1, x2) => `M ${x1} 0 C ${x1} 60, ${x2} 40, ${x2} 100`;

/** Name -> the middle of its column, in hundredths of the width. */
function places(ports) {
  const names = Object.keys(ports);
  return Object.fromEntries(names.map((name, index) => [name, ((index + 0.5) * 100) / names.length]));
}
