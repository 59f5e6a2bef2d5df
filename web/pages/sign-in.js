// The way in: name and password.

import { change } from "./me.js";
import { Refusal, html, render, useState } from "./parts.js";

function SignIn() {
  const [refusal, setRefusal] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event) => {
    event.preventDefault();
    const told = Object.fromEntries(new FormData(event.currentTarget));
    setBusy(true);
    const sentence = await change("/api/sign-in", told);
    setBusy(false);
    setRefusal(sentence);
    if (!sentence) location.assign("/");
  };
  return html`
    <form class="panel door" onSubmit=${submit}>
      <h1><img src="/pages/bell.svg" alt="" width="28" height="28" /> Bellwire</h1>
      <label class="field">Name <input name="name" autocomplete="username" autocapitalize="none" required maxlength="30" /></label>
      <label class="field">Password <input name="password" type="password" autocomplete="current-password" required maxlength="200" /></label>
      <button class="main" disabled=${busy}>Sign in</button>
      <${Refusal} text=${refusal} />
    </form>`;
}

const page = document.getElementById("page");
page.replaceChildren();
render(html`<${SignIn} />`, page);
