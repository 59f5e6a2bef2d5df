// What was clicked in the town, as a test that can be kept.

import { Refusal, html, useRef, useState } from "./parts.js";
import { post } from "./me.js";
import { t } from "./texts.js";

export function CopyStory({ acts }) {
  const [text, setText] = useState("");
  const [note, setNote] = useState("");
  const [refusal, setRefusal] = useState("");
  const box = useRef(null);
  const ask = async (name, then) => {
    try {
      const answer = await post(`/api/orders/${name}`, {});
      const told = await answer.json();
      setRefusal(answer.ok ? "" : told.sentence);
      if (answer.ok) then(told.result);
    } catch {
      setRefusal(t("story.away"));
    }
  };
  const copy = async () => {
    box.current.select();
    try {
      await navigator.clipboard.writeText(text);
      setNote(t("story.copied"));
    } catch {
      setNote(t("story.selected"));
    }
  };
  return html`
    <section class="story panel" aria-labelledby="story">
      <h2 id="story">${t("story.title")} <small>${t("story.what")}</small></h2>
      <p class="verbs">
        <button type="button" disabled=${!acts} onClick=${() => ask("town.story", ({ text: told }) => { setText(told); setNote(""); })}>${t("story.show", { n: acts })}</button>
        <button type="button" disabled=${!acts} onClick=${() => ask("town.story_anew", () => { setText(""); setNote(t("story.began")); })}>${t("story.anew")}</button>
        ${text && html`<button type="button" class="main" onClick=${copy}>${t("story.copy")}</button>`}
        <small role="status">${note}</small>
      </p>
      ${text && html`<textarea ref=${box} readonly rows="16" spellcheck="false" aria-label=${t("story.text")} value=${text}></textarea>`}
      <${Refusal} text=${refusal} />
    </section>`;
}
