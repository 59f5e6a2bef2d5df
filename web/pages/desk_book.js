// The address book and what has been: somebody to find, and to call by one press.

import { useJson } from "./box.js";
import { stationName } from "./desk_call.js";
import { Sign } from "./desk_icons.js";
import { duration, spaced, titled } from "./format.js";
import { html, useState } from "./parts.js";
import { t } from "./texts.js";

export function Book({ desk, recorded }) {
  const [text, setText] = useState("");
  const [shown, show] = useState("history");
  const [missed, setMissed] = useState(false);
  const wanted = text.trim().toLowerCase();
  const fits = (...parts) => !wanted || parts.some((part) => (part ?? "").toLowerCase().includes(wanted));
  const tabs = ["history", "people"];
  const moved = (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const next = tabs[(tabs.indexOf(shown) + 1) % tabs.length];
    show(next);
    document.getElementById(`tab-${next}`).focus();
  };
  return html`
    <section class="book panel" aria-labelledby="book">
      <h2 id="book" class="unseen">${t("book.title")}</h2>
      <div class="bar">
        <div class="tabs" role="tablist" aria-labelledby="book" onKeyDown=${moved}>
          ${tabs.map((tab) => html`
            <button key=${tab} id=${`tab-${tab}`} role="tab" aria-selected=${shown === tab} aria-controls="pages" tabindex=${shown === tab ? 0 : -1}
              onClick=${() => show(tab)}><${Sign} name=${tab === "people" ? "person" : tab} /> ${t(`book.${tab}`)}</button>`)}
        </div>
        ${shown === "history" && html`<label class="tick"><input type="checkbox" checked=${missed} onChange=${() => setMissed(!missed)} /> ${t("book.missed")}</label>`}
        <div class="find"><${Sign} name="search" /><input id="search" type="search" aria-label=${t("book.search")} placeholder=${t("book.search")} maxlength="40"
          autocomplete="off" value=${text} onInput=${(event) => setText(event.currentTarget.value)} /></div>
      </div>
      <div id="pages" role="tabpanel" aria-labelledby=${`tab-${shown}`}>
        ${shown === "people" ? html`<${People} desk=${desk} fits=${fits} />` : html`<${History} desk=${desk} fits=${fits} missed=${missed} recorded=${recorded} />`}
      </div>
    </section>`;
}

function People({ desk, fits }) {
  const { people = {}, offices = {} } = desk.view.state.settings ?? {};
  const rows = [
    ...Object.entries(people).filter(([name]) => name !== desk.view.who).map(([name, number]) => ({ name: titled(name), number, note: t("book.inside") })),
    ...Object.entries(offices).map(([name, number]) => ({ name: titled(name), number, note: t("book.office") })),
    ...Object.entries(desk.view.state.phones).filter(([name, phone]) => /^phone/.test(name) && phone.number)
      .map(([name, phone]) => ({ name: stationName(name), number: phone.number, note: t("book.phone") })),
  ].filter((row) => fits(row.name, row.number));
  if (rows.length === 0) return html`<p class="none">${t("book.nobody")}</p>`;
  return html`<ul class="rows">${rows.map((row) => html`
    <li key=${row.number}><span><b>${row.name}</b> <small>${row.note}</small></span>
      <span class="end"><span class="time">${spaced(row.number)}</span><${CallBack} desk=${desk} name=${row.name} number=${row.number} /></span></li>`)}</ul>`;
}

const CallBack = ({ desk, name, number }) =>
  desk.view.here && number && html`
    <button class="round" aria-label=${t("book.call", { name })} title=${t("book.call", { name })} onClick=${() => desk.call(name, number)}><${Sign} name="answer" /></button>`;

function History({ desk, fits, missed, recorded }) {
  const told = useJson("/api/history?limit=100", recorded);
  const rows = (told?.calls ?? []).filter((call) => fits(call.name, call.number) && (!missed || call.result === "missed"));
  if (rows.length === 0) return html`<p class="none">${t("history.none")}</p>`;
  return html`<ol class="rows history">${rows.map((call) => html`<${Past} key=${call.key} desk=${desk} call=${call} calls=${told.calls} />`)}</ol>`;
}

/** One call of the past; a missed one says who has seen to it since. */
function Past({ desk, call, calls }) {
  const own = call.phone === desk.view.station && call.direction !== "in"; // the caller's station
  const { name, number } = call.direction === "inside" ? colleague(desk, call, own) : { name: call.name || spaced(call.number) || t("call.unknown"), number: call.number };
  const look = own ? "left" : call.result === "missed" ? "missed" : "arrived";
  const after = call.number && look === "missed" && calls.find((each) => each.key > call.key && each.number === call.number && each.result === "answered");
  const told = [
    t(`history.${look}`),
    call.seconds !== null && look !== "missed" && duration(call.seconds),
    after && t("history.returned", { time: clock(after.date) }),
  ].filter(Boolean).join(" · ");
  return html`
    <li class=${look}>
      <span><${Sign} name=${look} /> <b>${name}</b> <small>${call.name ? spaced(call.number) : ""}</small> <small class="told">${told}</small></span>
      <span class="end"><span class="time">${clock(call.date)}</span><${CallBack} desk=${desk} name=${name} number=${number} /></span>
    </li>`;
}

/** Who was at the other end of a call inside the office. */
function colleague({ view: { state }, sits }, call, own) {
  const named = Object.entries(state.settings?.people ?? {}).find(([, number]) => number === call.number)?.[0];
  if (own) return { name: titled(named) || spaced(call.number), number: call.number };
  return { name: sits(call.phone), number: state.phones[call.phone]?.number };
}

/** The time of day on the box's wall, of another day its date. */
function clock(date) {
  if (!date) return "";
  const [day, time] = [date.slice(0, 10), date.slice(11, 16)];
  const today = new Date().toLocaleDateString("sv");
  return day === today ? time : `${day.slice(8)}.${day.slice(5, 7)}. ${time}`;
}
