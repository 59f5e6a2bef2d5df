// The ways in: name and password; on a new box, and where the owner's password is lost, the code that the box speaks.

import { change, me } from "./me.js";
import { Refusal, html, render, useState } from "./parts.js";
import { also, speak, t } from "./texts.js";

/** A sheet of fields that are posted together; `done` is called when the box has taken them. */
function Sheet({ path, button, done, children }) {
  const [refusal, setRefusal] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event) => {
    event.preventDefault();
    const told = Object.fromEntries(new FormData(event.currentTarget));
    setBusy(true);
    const sentence = await change(path, told);
    setBusy(false);
    setRefusal(sentence);
    if (!sentence) done();
  };
  return html`
    <form class="panel door" onSubmit=${submit}>
      <h1><img src="/pages/bell.svg" alt="" width="28" height="28" /> Bellwire</h1>
      ${children}
      <button class="main" disabled=${busy}>${button}</button>
      <${Refusal} text=${refusal} />
    </form>`;
}

const Name = () => html`
  <label class="field">${t("door.name")}
    <input name="name" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="30" />
  </label>`;

const Password = ({ label, kind }) => html`
  <label class="field">${label}
    <input name="password" type="password" autocomplete=${kind} required minlength=${kind === "new-password" ? 8 : 1} maxlength="200" />
  </label>`;

const WAYS_IN = ["/sign-in", "/claim", "/welcome"];
const home = () => (WAYS_IN.includes(location.pathname) ? location.assign("/") : location.reload());

const SignIn = () => html`
  <${Sheet} path="/api/sign-in" button=${t("door.sign_in")} done=${home}>
    <${Name} />
    <${Password} label=${t("door.password")} kind="current-password" />
  <//>
  <p class="aside"><a href="/claim">${t("door.lost")}</a></p>`;

const Claim = ({ claimed }) => html`
  <${Sheet} path="/api/claim" button=${claimed ? t("door.set") : t("door.claim")} done=${home}>
    <p>${claimed ? t("door.lost_how") : t("door.claim_how")}</p>
    <label class="field">${t("door.code")}
      <input name="code" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9]{8}" required maxlength="8" />
    </label>
    <${Name} />
    <${Password} label=${t("door.new_password")} kind="new-password" />
  <//>
  <p class="aside"><a href="/sign-in">${t("door.sign_in")}</a></p>`;

const Welcome = () => html`
  <${Sheet} path="/api/welcome" button=${t("door.set")} done=${home}>
    <p>${t("door.welcome")}</p>
    <input type="hidden" name="code" value=${location.hash.slice(1)} />
    <${Password} label=${t("door.new_password")} kind="new-password" />
  <//>`;

const Unlock = ({ name }) => html`
  <${Sheet} path="/api/unlock" button=${t("door.unlock")} done=${home}>
    <p>${t("door.locked", { name })}</p>
    <label class="field">${t("door.pin")}
      <input name="pin" type="password" inputmode="numeric" autocomplete="off" pattern="[0-9]{6,12}" required maxlength="12" />
    </label>
  <//>
  <p class="aside"><button type="button" onClick=${() => change("/api/sign-out", {}).then(home)}>${t("door.somebody_else")}</button></p>`;

function way({ locked, claimed, name }) {
  if (location.pathname === "/welcome") return html`<${Welcome} />`;
  if (locked) return html`<${Unlock} name=${name} />`;
  return location.pathname === "/claim" || !claimed ? html`<${Claim} claimed=${claimed} />` : html`<${SignIn} />`;
}

async function open() {
  const who = await me();
  await speak(who.language, ...navigator.languages);
  await also("door");
  document.title = t("door.title");
  const page = document.getElementById("page");
  page.replaceChildren();
  render(way(who), page);
}

open();
