// Numbers and times for reading; the same in every language.

export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const tail = `${String(minutes).padStart(hours ? 2 : 1, "0")}:${String(whole % 60).padStart(2, "0")}`;
  return hours ? `${hours}:${tail}` : tail;
}

/** A number for reading: "+45 33 12 00 01". */
export function spaced(number) {
  if (!number) return "";
  const plus = number.match(/^\+\d{2}/)?.[0] ?? "";
  const rest = number.slice(plus.length);
  return (rest.length > 5 ? `${plus} ${rest.match(/.{1,2}/g).join(" ")}` : number).trim();
}

/** A person's name for reading: the settings know "ann". */
export const titled = (name) => (name ? name[0].toUpperCase() + name.slice(1) : "");
