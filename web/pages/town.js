// The town: telephones outside on one side, the office's on the other, and what can go wrong between them.

import { Alarms } from "./alarms.js";
import { useBox, useJson } from "./box.js";
import { me } from "./me.js";
import { Icon, html, render } from "./parts.js";
import { also, speak, t } from "./texts.js";
import { Top } from "./top.js";
import { BusyHour } from "./town_busy.js";
import { useEar } from "./town_ear.js";
import { Office } from "./town_office.js";
import { Outside } from "./town_outside.js";
import { Steps } from "./town_steps.js";
import { CopyStory } from "./town_story.js";

function Page({ who }) {
  const { state, events, trouble } = useBox();
  const phrases = useJson("/api/phrases", Boolean(state));
  const ear = useEar(who.csrf);
  return html`
    <${Top} here="/town" state=${state} trouble=${trouble} />
    ${trouble && html`<p class="banner" role="alert"><${Icon} name="out" /> ${trouble}</p>`}
    ${state && !state.town && html`<p class="banner" role="alert"><${Icon} name="out" /> ${t("town.none")}</p>`}
    ${state?.town && html`
      <${Alarms} alarms=${state.alarms} />
      <${Steps} state=${state} events=${events} />
      <div class=${trouble ? "two stale" : "two"} inert=${Boolean(trouble)}>
        <${Outside} state=${state} phrases=${phrases} ear=${ear} />
        <${Office} state=${state} phrases=${phrases} ear=${ear} />
        <${BusyHour} busy=${state.town.busy} />
        <${CopyStory} acts=${state.town.acts} />
      </div>`}`;
}

const who = await me();
await speak(who.language, ...navigator.languages);
await Promise.all([also("live"), also("town")]);
document.title = `Bellwire: ${t("town.title")}`;
const root = document.getElementById("page");
root.replaceChildren();
render(html`<${Page} who=${who} />`, root);
