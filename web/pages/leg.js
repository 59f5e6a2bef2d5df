// The browser as a telephone: one WebRTC connection to the box, nailed up, that comes back by itself.
//
//   const leg = attach({path, body, takeOver, headers, onState, input, output});
//
// States: asking (for the microphone) · connecting · live · lost (it is coming back) · elsewhere (another
// tab has it: takeOver()) · refused (detail: the sentence) · denied (no microphone) · closed.

const PAUSES = [0.3, 0.6, 1, 2, 4, 8]; // s between two tries; the last one again and again
const DEAF = 2000; // ms without a packet from the box: the connection is dead, whatever it says
const LOOK = 500; // ms between two looks
const CONNECT = 6000; // ms that a connection may take
const GATHER = 500; // ms for this computer's own addresses

// This tab, also after it was loaded anew: its own old connection is no stranger's.
function holder() {
  let word = sessionStorage.getItem("bellwire-leg");
  if (word === null) {
    word = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    sessionStorage.setItem("bellwire-leg", word);
  }
  return word;
}

const sound = (input) => ({
  audio: {
    echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1,
    ...(input ? { deviceId: { exact: input } } : {}),
  },
});

// A microphone of nobody: whoever has none can listen all the same (`orSilent`; then `silent` says why).
function silence() {
  const context = new AudioContext();
  context.resume().catch(() => {});
  return context.createMediaStreamDestination().stream;
}

class Leg {
  constructor(options) {
    this.options = { path: "/api/leg/offer", body: {}, headers: () => ({}), onState: () => {}, ...options };
    this.state = "";
    this.muted = false;
    this.tries = 0;
    this.input = options.input;
    this.audio = new Audio();
    this.audio.autoplay = true;
    this.useOutput(options.output);
    this.wake = () => this.retry();
    addEventListener("online", this.wake);
    navigator.mediaDevices?.addEventListener?.("devicechange", this.devicesChanged = () => this.listen());
    this.watch = setInterval(() => this.look(), LOOK);
    this.begin(options.takeOver === true);
  }

  tell(state, detail = "") {
    if (this.state === "closed" || (state === this.state && !detail)) return;
    this.state = state;
    this.options.onState(state, detail);
  }

  // The connection

  async begin(takeOver) {
    const turn = (this.turn = {}); // a later try makes this one void
    clearTimeout(this.timer);
    this.drop();
    try {
      await this.microphone();
      if (this.state === "closed") this.still();
      if (turn !== this.turn) return;
      if (this.state !== "lost") this.tell("connecting");
      await this.connect(turn, takeOver);
    } catch (fault) {
      if (turn === this.turn) this.again();
    }
  }

  async connect(turn, takeOver) {
    const peer = (this.peer = new RTCPeerConnection({ iceServers: [] }));
    this.heard = { packets: 0, at: performance.now() + CONNECT };
    const [track] = this.stream.getAudioTracks();
    const transceiver = peer.addTransceiver(track, { direction: "sendrecv", streams: [this.stream] });
    const codecs = RTCRtpReceiver.getCapabilities?.("audio")?.codecs.filter((codec) => codec.mimeType === "audio/PCMU");
    if (codecs?.length) transceiver.setCodecPreferences?.(codecs);
    peer.ontrack = ({ track: heard }) => this.hear(heard);
    peer.onconnectionstatechange = () => this.changed(peer);
    await peer.setLocalDescription(await peer.createOffer());
    await gathered(peer);
    const answer = await this.ask(peer.localDescription.sdp, takeOver);
    if (turn !== this.turn || !answer) return;
    await peer.setRemoteDescription({ type: "answer", sdp: answer });
    const wire = transceiver.sender.transport;
    if (wire) wire.addEventListener("statechange", () => wire.state === "closed" && this.parted(peer));
  }

  // The box's answer; "" where it says no.
  async ask(sdp, takeOver) {
    const { path, body, headers } = this.options;
    const reply = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers() },
      body: JSON.stringify({ ...body, sdp, take_over: takeOver, holder: holder() }),
      signal: AbortSignal.timeout(CONNECT),
    });
    const told = await reply.json();
    if (reply.ok) return told.sdp;
    if (reply.status >= 500 || reply.status === 429) throw new Error(told.sentence);
    this.drop();
    this.tell(told.elsewhere ? "elsewhere" : "refused", told.sentence ?? "");
    return "";
  }

  hear(track) {
    const heard = new MediaStream([track]);
    if ("jitterBufferTarget" in RTCRtpReceiver.prototype) {
      for (const receiver of this.peer.getReceivers()) receiver.jitterBufferTarget = 0; // as small as the network lets it
    }
    this.audio.srcObject = heard;
    this.play();
  }

  play() {
    // Without a click on the page some browsers wait for one.
    this.audio.play().catch(() => addEventListener("click", () => this.audio.play().catch(() => {}), { once: true }));
  }

  changed(peer) {
    if (peer !== this.peer) return;
    if (peer.connectionState === "connected") this.heard.at = performance.now();
    else if (peer.connectionState === "failed") this.again();
  }

  // The box closed the connection: somebody took it over, or it was started anew.
  parted(peer) {
    if (peer !== this.peer) return;
    this.again(); // who has it now is said by the answer to that
  }

  // Are there packets? While there are the box hears us too.
  async look() {
    const peer = this.peer;
    if (!peer || peer.connectionState === "new") return;
    const { received: packets } = await counted(peer);
    if (peer !== this.peer) return;
    const now = performance.now();
    if (packets > this.heard.packets) {
      this.heard = { packets, at: now };
      this.tries = 0;
      this.tell("live");
    } else if (now - this.heard.at > DEAF) this.again();
  }

  again() {
    if (this.state === "closed") return;
    this.drop();
    this.tell("lost");
    const pause = PAUSES[Math.min(this.tries++, PAUSES.length - 1)] * (0.8 + 0.4 * Math.random());
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.begin(false), 1000 * pause);
  }

  drop() {
    const peer = this.peer;
    this.peer = null;
    peer?.close();
  }

  // The microphone

  async microphone() {
    if (this.stream?.getAudioTracks().some((track) => track.readyState === "live")) return;
    if (this.state !== "lost") this.tell("asking");
    try {
      this.stream = await navigator.mediaDevices.getUserMedia(sound(this.input));
    } catch (fault) {
      if (this.input && fault.name === "OverconstrainedError") {
        this.input = undefined; // it was unplugged: any other will do
        return this.microphone();
      }
      if (this.options.orSilent) {
        this.stream = silence();
        this.silent = fault.name;
        return;
      }
      this.turn = {};
      this.tell("denied", fault.name);
      throw fault;
    }
    this.mute(this.muted);
  }

  // Another microphone in the connection that there is.
  async listen() {
    if (this.stream?.getAudioTracks().some((track) => track.readyState === "live")) return;
    this.stream = undefined;
    await this.microphone().catch(() => {});
    const [sender] = this.peer?.getSenders() ?? [];
    await sender?.replaceTrack(this.stream?.getAudioTracks()[0] ?? null).catch(() => {});
  }

  // What a page may ask of it

  mute(on) {
    this.muted = on;
    for (const track of this.stream?.getAudioTracks() ?? []) track.enabled = !on;
  }

  takeOver() {
    this.tries = 0;
    this.begin(true);
  }

  retry() {
    if (["closed", "live", "elsewhere"].includes(this.state)) return;
    this.tries = 0;
    this.begin(false);
  }

  async useInput(id) {
    this.input = id || undefined;
    this.still();
    await this.listen();
  }

  async useOutput(id) {
    await this.audio.setSinkId?.(id ?? "").catch(() => {});
  }

  async devices() {
    const all = await navigator.mediaDevices.enumerateDevices();
    const of = (kind) => all.filter((each) => each.kind === kind).map(({ deviceId, label }) => ({ id: deviceId, label }));
    return { inputs: of("audioinput"), outputs: of("audiooutput") };
  }

  // How loud the microphone is, 0 to 1; what came and went, and how far the box is (ms).
  async level() {
    return (await counted(this.peer)).level;
  }

  async stats() {
    return counted(this.peer);
  }

  close() {
    this.turn = {};
    clearTimeout(this.timer);
    clearInterval(this.watch);
    removeEventListener("online", this.wake);
    navigator.mediaDevices?.removeEventListener?.("devicechange", this.devicesChanged);
    this.drop();
    this.still();
    this.audio.srcObject = null;
    this.tell("closed");
  }

  // The microphone's lamp goes out.
  still() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
  }
}

// All addresses of this computer are in the offer then: the box needs no others.
function gathered(peer) {
  if (peer.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((done) => {
    peer.addEventListener("icegatheringstatechange", () => peer.iceGatheringState === "complete" && done());
    setTimeout(done, GATHER);
  });
}

async function counted(peer) {
  const found = { received: 0, sent: 0, lost: 0, jitter_ms: 0, round_trip_ms: null, buffer_ms: null, level: 0, heard: 0 };
  if (!peer) return found;
  for (const row of (await peer.getStats()).values()) {
    if (row.type === "inbound-rtp" && row.kind === "audio") {
      found.received = row.packetsReceived ?? 0;
      found.lost = row.packetsLost ?? 0;
      found.jitter_ms = 1000 * (row.jitter ?? 0);
      found.heard = row.audioLevel ?? 0;
      if (row.jitterBufferEmittedCount) found.buffer_ms = (1000 * row.jitterBufferDelay) / row.jitterBufferEmittedCount;
    } else if (row.type === "outbound-rtp" && row.kind === "audio") found.sent = row.packetsSent ?? 0;
    else if (row.type === "remote-inbound-rtp" && row.roundTripTime !== undefined) found.round_trip_ms = 1000 * row.roundTripTime;
    else if (row.type === "media-source" && row.kind === "audio") found.level = row.audioLevel ?? 0;
  }
  return found;
}

export function attach(options) {
  return new Leg(options);
}
