// What somebody must know at once, until he puts it away: emergency calls, and dialling that was stopped.

import { Icon, Refusal, html, useOrder } from "./parts.js";
import { t } from "./texts.js";

export const Alarms = ({ alarms }) => (alarms?.length ? html`
  <section class="alarms" role="alert" aria-label=${t("alarms.title")}>
    ${alarms.map((each) => html`<${Alarm} key=${each.order + JSON.stringify(each.fields)} ...${each} />`)}
  </section>` : null);

/** The box's own words; `when` is the time on its wall, `does` what to do now. */
function Alarm({ says, when, live, do: does, button, order, fields }) {
  const [send, refusal, busy] = useOrder();
  return html`
    <article class=${live ? "alarm live" : "alarm"}>
      <h2><${Icon} name="out" /> ${says}${when && html` <time datetime=${when}>${t("alarms.at", { time: when.slice(11, 19) })}</time>`}</h2>
      <p>${does}</p>
      <button disabled=${busy} onClick=${() => send(order, fields)}>${button}</button>
      <${Refusal} text=${refusal} />
    </article>`;
}
