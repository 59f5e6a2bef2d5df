// The list of keys: every one that there is, those that work now first of all.

import { Dialog } from "./desk_dialog.js";
import { Sign } from "./desk_icons.js";
import { VERBS } from "./desk_verbs.js";
import { html } from "./parts.js";
import { t } from "./texts.js";

export default function Help({ desk }) {
  return html`
    <${Dialog} desk=${desk} title=${t("help.title")}>
      <p class="none">${t("help.note")}</p>
      <dl class="keys-list">
        ${VERBS.map((verb) => html`
          <div key=${verb.id} class=${verb.when(desk.view) ? "now" : ""}>
            <dt><kbd>${verb.key.toUpperCase()}</kbd></dt><dd><${Sign} name=${verb.icon ?? verb.id} /> ${t(`verb.${verb.id}`)}</dd></div>`)}
        <div><dt><kbd>1</kbd>–<kbd>9</kbd></dt><dd>${t("help.numbers")}</dd></div>
        <div><dt><kbd>Esc</kbd></dt><dd>${t("help.escape")}</dd></div>
      </dl>
    <//>`;
}
