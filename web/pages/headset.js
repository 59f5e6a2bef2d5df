// The buttons and lamps of a head-set, where the browser has WebHID: hook and mute of the telephony page.
// Source: USB HID Usage Tables 1.5, telephony device page 0x0B and LED page 0x08.

const TELEPHONY = 0x0b;
const HOOK = 0x000b0020;
const MUTE = 0x000b002f;
const LAMPS = { talking: 0x00080017, muted: 0x00080009, ringing: 0x00080018 }; // off-hook, mute, ring

/** Head-sets that this page may already use. */
export async function known() {
  const all = (await navigator.hid?.getDevices()) ?? [];
  return all.filter(telephony);
}

/** Ask for one; to be called in a gesture. */
export async function connect() {
  const [device] = (await navigator.hid?.requestDevice({ filters: [{ usagePage: TELEPHONY }] }).catch(() => [])) ?? [];
  if (device) dispatchEvent(new CustomEvent("headset", { detail: device }));
  return device;
}

const telephony = (device) => device.collections.some(({ usagePage }) => usagePage === TELEPHONY);

/** `[{report, usage, bit, size, wide}]` of every field of a kind of report, wherever its collection lies. */
export function fields(collections, kind) {
  const all = collections.flatMap((each) => [each, ...(each.children ?? [])]);
  return all.flatMap((each) => (each[kind] ?? []).flatMap(({ reportId, items }) => {
    let bit = 0;
    return items.flatMap(({ usages = [], reportSize, reportCount, isArray }) => {
      const from = bit;
      bit += reportSize * reportCount;
      const wide = bit;
      return usages.map((usage, index) => ({ report: reportId, usage, array: isArray, bit: isArray ? from : from + index * reportSize, size: reportSize, wide, value: index + 1 }));
    });
  }));
}

/** The number that stands in a field of a report. */
function read(data, { bit, size }) {
  let value = 0;
  for (let each = 0; each < size; each += 1) {
    const place = bit + each;
    if (place >> 3 < data.byteLength && (data.getUint8(place >> 3) >> (place & 7)) & 1) value |= 1 << each;
  }
  return value;
}

/** Open a head-set: `hook(off)` when it is lifted or put back, `mute()` when its button is pressed. `show({talking, muted, ringing})`
 * lights its lamps, `close()` ends it. */
export async function open(device, { hook, mute }) {
  if (!device.opened) await device.open();
  const inputs = fields(device.collections, "inputReports");
  const before = new Map();
  const heard = ({ reportId, data }) => {
    for (const field of inputs.filter(({ report, usage }) => report === reportId && (usage === HOOK || usage === MUTE))) {
      const found = read(data, field);
      const on = field.array ? found === field.value : found === 1;
      if (before.get(field.usage) === on) continue;
      before.set(field.usage, on);
      if (field.usage === HOOK) hook(on);
      else if (on) mute();
    }
  };
  device.addEventListener("inputreport", heard);
  return {
    show: (lamps) => shown(device, lamps).catch(() => {}), // a lamp that stays dark keeps nobody from talking
    close: () => device.removeEventListener("inputreport", heard),
  };
}

async function shown(device, lamps) {
  const outputs = fields(device.collections, "outputReports");
  const wanted = new Set(Object.entries(LAMPS).filter(([name]) => lamps[name]).map(([, usage]) => usage));
  for (const report of new Set(outputs.filter(({ usage }) => Object.values(LAMPS).includes(usage)).map((each) => each.report))) {
    const own = outputs.filter((each) => each.report === report);
    const bytes = new Uint8Array(Math.ceil(Math.max(...own.map(({ wide }) => wide)) / 8));
    for (const { usage, bit } of own) if (wanted.has(usage)) bytes[bit >> 3] |= 1 << (bit & 7);
    await device.sendReport(report, bytes);
  }
}
