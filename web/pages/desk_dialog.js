// A dialog of the browser's own making: it keeps the focus, and Escape closes it.

import { Sign } from "./desk_icons.js";
import { useLayoutEffect } from "../vendor/hooks.js";
import { html, useRef } from "./parts.js";
import { t } from "./texts.js";

export function Dialog({ desk, title, children }) {
  const dialog = useRef(null);
  useLayoutEffect(() => {
    dialog.current.showModal();
  }, []);
  return html`
    <dialog ref=${dialog} aria-labelledby="dialog-title" onClose=${() => desk.toggle("")} onCancel=${(event) => { event.preventDefault(); desk.toggle(""); }}>
      <header><h2 id="dialog-title">${title}</h2>
        <button class="round" aria-label=${t("close")} onClick=${() => desk.toggle("")}><${Sign} name="cancel" /></button></header>
      ${children}
    </dialog>`;
}
