// What the pages say, in the language of whoever reads it: t("call.waited", {time}). One file for each language.

export const LANGUAGES = ["en", "da"];

let texts = {};
let spoken = LANGUAGES[0];
let plural = new Intl.PluralRules("en");

/** Load the texts of the first language of those wished for that there is; the page says which one it speaks. */
export async function speak(...wishes) {
  const known = wishes.map((wish) => (wish ?? "").slice(0, 2).toLowerCase());
  const language = known.find((wish) => LANGUAGES.includes(wish)) ?? LANGUAGES[0];
  spoken = language;
  texts = await (await fetch(`/texts/${language}.json`)).json();
  plural = new Intl.PluralRules(language);
  document.documentElement.lang = language;
}

/** Load the texts of a part of the pages as well: "town" from /texts/town.da.json. */
export async function also(part) {
  const more = await (await fetch(`/texts/${part}.${spoken}.json`)).json();
  texts = { ...texts, ...more };
}

export const has = (key) => key in texts;

/** The sentence of a key; a text with forms is chosen by `n`: {"zero": "None", "one": "{n} message", "other": "{n} messages"}. */
export function t(key, values = {}) {
  const found = texts[key] ?? key;
  const forms = typeof found === "string" ? { other: found } : found;
  const text = (values.n === 0 && forms.zero) || forms[plural.select(values.n)] || forms.other;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** The sentence of a key if there is one, else the word itself: for words that the owner chose. */
export const word = (room, name) => (has(`${room}.${name}`) ? t(`${room}.${name}`) : name.replaceAll("_", " "));
