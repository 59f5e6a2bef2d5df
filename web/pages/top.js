// The head of a page: where one is, where else one may go, and how the box is.

import { me } from "./me.js";
import { Icon, html, useEffect, useState } from "./parts.js";
import { t } from "./texts.js";

const PLACES = ["/town", "/live", "/desk", "/card", "/users"];

export function Top({ here, state, trouble }) {
  const [look, icon, words] = health(state, trouble);
  const [owner, setOwner] = useState(false);
  useEffect(() => { me().then(({ role }) => setOwner(role === "owner")).catch(() => {}); }, []);
  const places = PLACES.filter((place) => (place !== "/town" || state?.town) && (place !== "/users" || owner));
  return html`
    <header class="top">
      <h1><img src="/pages/bell.svg" alt="" width="28" height="28" /> Bellwire</h1>
      <span class="office">${state?.office}</span>
      <nav aria-label=${t("top.pages")}>
        ${places.map((place) => html`
          <a key=${place} href=${place} aria-current=${place === here ? "page" : null}>${t(`top${place.replace("/", ".")}`)}</a>`)}
      </nav>
      <span class="health ${look}"><${Icon} name=${icon} /> ${words}</span>
    </header>`;
}

function health(state, trouble) {
  if (trouble || !state) return ["down", "out", t("top.away")];
  if (state.town && !state.town.power.on) return ["down", "out", t("top.dark")];
  const phones = Object.entries(state.phones).filter(([name]) => !name.startsWith("browser")); // those come and go
  const ports = [...Object.values(state.lines), ...phones.map(([, phone]) => phone)];
  const out = ports.filter((port) => port.state === "out").length;
  if (out) return ["degraded", "out", t("top.out", { n: out, all: ports.length })];
  if (state.trouble || !state.durable) return ["degraded", "out", t("top.held_up")];
  return ["ok", "check", t("top.well")];
}
