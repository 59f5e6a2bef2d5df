// The live page: what the office's telephones do at this moment, as its owner sees it.

import { Alarms } from "./alarms.js";
import { Board } from "./board.js";
import { useBox } from "./box.js";
import { Calls, Record } from "./calls.js";
import { Journal } from "./journal.js";
import { me } from "./me.js";
import { Icon, html, render } from "./parts.js";
import { People } from "./people.js";
import { also, speak, t } from "./texts.js";
import { Top } from "./top.js";

function Page() {
  const { state, at, events, recorded, trouble } = useBox();
  return html`
    <${Top} here="/live" state=${state} trouble=${trouble} />
    ${trouble && html`<p class="banner" role="alert"><${Icon} name="out" /> ${trouble}</p>`}
    ${state && html`
      ${state.trouble && html`<p class="banner" role="alert"><${Icon} name="out" /> ${state.trouble}</p>`}
      <${Alarms} alarms=${state.alarms} />
      <div class=${trouble ? "floor stale" : "floor"} inert=${Boolean(trouble)}>
        <${Board} lines=${state.lines} phones=${state.phones} />
        <div class="told">
          <${Calls} calls=${state.calls} at=${at} />
          ${state.agents && html`<${People} state=${state} />`}
          <${Record} recorded=${recorded} />
        </div>
        <${Journal} events=${events} />
      </div>`}`;
}

const { language } = await me();
await speak(language, ...navigator.languages);
await also("live");
document.title = `Bellwire: ${t("live.title")}`;
const root = document.getElementById("page");
root.replaceChildren();
render(html`<${Page} />`, root);
