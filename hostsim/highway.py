"""The PCM highway of the hat: 2.048 MHz, 8 kHz, two data lines, 16 linear slots of 16 bits.

A frame of 20 ms is an array int16[16 slots, 160]. A chip talks and listens where its start counts
say, to the bit; a line that nobody drives reads ones (the pull-up), two chips in one place pull it
down together, so their bits are and-ed: garbage, as on the wire. Almost always every chip sits in
a slot of its own in 16-bit linear; those are moved by two array operations, the others one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware.base import Broken
from firmware.base.ports import FRAME
from firmware.sound.frame import from_alaw, from_ulaw, to_alaw, to_ulaw
from hostsim.chip import Chip, PcmSlot

Pcm = NDArray[np.int16]  # (rows, 160)
Sound = NDArray[np.float32]  # (rows, 160); full scale ±1.0

CHANNELS = 8  # what the audio bridge carries: slots 0 to 7
SLOTS = 16
SLOT_BITS = 16
BITS = SLOTS * SLOT_BITS  # bit clocks of one 8 kHz frame
ZEROS, BIN = SLOTS, SLOTS + 1  # two more rows: where the silent listen and the mute talk
FULL_SCALE = np.float32(32768)


@dataclass(frozen=True)
class Odd:
    """A chip that needs its bits moved one by one: companded, off the 16-bit grid, or in collision."""

    row: int
    slot: PcmSlot


class Highway:
    """The chips' sound, a frame at a time: the board's `AudioFrames`.

    `read` is the end of a tick: the chips have played what was last written and sampled their
    wires meanwhile. A frame that nobody wrote is silence.
    """

    def __init__(self, chips: Sequence[Chip | None]) -> None:
        self._chips = [chip for chip in chips if chip is not None]
        rows = len(self._chips)
        self._frames = [chip.wires.frame for chip in self._chips]
        self.runs = True
        self._down = np.zeros((SLOTS + 2, FRAME), np.int16)
        self._heard: Sound = np.zeros((rows, FRAME), np.float32)
        self._takes = np.full(rows, ZEROS)
        self._puts = np.full(rows, BIN)
        self._to_pair = np.zeros((rows, 1), np.float32)
        self._from_pair = np.zeros((rows, 1), np.float32)
        self._loops: list[int] = []
        self._odd: list[Odd] = []
        self._was_over = False

    def write(self, frame: Pcm, /) -> None:
        """What the bridge sends in the coming tick: int16[8, 160], row = slot."""
        self._down[:CHANNELS] = frame

    def read(self) -> Pcm:
        """What the bridge took in the tick that just ended: int16[8, 160], row = slot.

        `Broken` while the clock stands; the wires' own sound goes on all the same.
        """
        if any([chip.voice_changed for chip in self._chips]):
            self._survey()
        played = self._take()
        sent = played * (self._to_pair if self.runs else np.float32(0))
        heard = self._heard
        for row, frame in enumerate(self._frames):
            heard[row] = frame(sent[row])
        self._down[:CHANNELS] = 0
        if not self.runs:
            raise Broken("no PCM clock: the audio bridge has stopped")
        up = np.full((SLOTS + 2, FRAME), -1, np.int16)
        self._put(up, played)
        return up[:CHANNELS]

    def close(self) -> None:
        self._down[:] = 0

    def _survey(self) -> None:
        """Somebody changed slots or gains: who moves how."""
        slots = []
        self._loops = []
        for row, chip in enumerate(self._chips):
            chip.voice_changed = False
            voice = chip.voice()
            self._to_pair[row], self._from_pair[row] = (
                voice.to_pair / FULL_SCALE,
                voice.from_pair * FULL_SCALE,
            )
            slots.append(chip.slot())
            if voice.loop:
                self._loops.append(row)
        puts = [slot.put for slot in slots if slot is not None]
        self._odd = []
        for row, slot in enumerate(slots):
            plain = slot is not None and _plain(slot, puts)
            self._takes[row] = slot.take // SLOT_BITS if plain and slot else ZEROS
            self._puts[row] = slot.put // SLOT_BITS if plain and slot else BIN
            if slot is not None and not plain:
                self._odd.append(Odd(row, slot))

    def _take(self) -> Sound:
        """float32[chips, 160] in steps of int16: what each chip finds in its slot."""
        played: Sound = self._down[self._takes].astype(np.float32)
        for odd in self._odd:
            played[odd.row] = decode(odd.slot, pick(self._down, odd.slot.take, odd.slot.bits))
        return played

    def _put(self, up: Pcm, played: Sound) -> None:
        said = self._heard * self._from_pair
        self._watch(said)
        for row in self._loops:
            said[row] = played[row]
        coded = np.clip(np.rint(said), -32768, 32767).astype(np.int16)
        up[self._puts] = coded
        for odd in self._odd:
            place(up, odd.slot.put, odd.slot.bits, encode(odd.slot, coded[odd.row]))

    def _watch(self, said: Sound) -> None:
        """Tell the chips whose input went beyond full scale, and those where it no longer does."""
        over = np.abs(said).max(axis=1, initial=0.0) >= FULL_SCALE
        if over.any() or self._was_over:
            for chip, clips in zip(self._chips, over.tolist(), strict=True):
                chip.clipped(clips)
            self._was_over = bool(over.any())


def _plain(slot: PcmSlot, puts: list[int]) -> bool:
    """Does this chip own one whole aligned slot, in 16-bit linear?"""
    alone = sum(abs(put - slot.put) < SLOT_BITS for put in puts) == 1
    aligned = slot.put % SLOT_BITS == slot.take % SLOT_BITS == 0 and max(slot.put, slot.take) < BITS
    return alone and aligned and slot.law == "linear" and slot.bits == 16


def pick(line: Pcm, start: int, bits: int) -> NDArray[np.uint32]:
    """The `bits` at bit clock `start` of every frame. Beyond the frame's end nothing comes: ones."""
    window = np.full(FRAME, 0xFFFFFFFF, np.uint32)
    slot, offset = divmod(start, SLOT_BITS)
    if slot < SLOTS:
        window = line[slot].view(np.uint16).astype(np.uint32) << np.uint32(16) | np.uint32(0xFFFF)
    if slot + 1 < SLOTS:
        window &= np.uint32(0xFFFF0000) | line[slot + 1].view(np.uint16)
    found: NDArray[np.uint32] = window >> np.uint32(32 - offset - bits) & np.uint32((1 << bits) - 1)
    return found


def place(line: Pcm, start: int, bits: int, codes: NDArray[np.uint32]) -> None:
    """Drive the `bits` at bit clock `start`: ones leave the line as it is, zeros pull it down."""
    slot, offset = divmod(start, SLOT_BITS)
    shift = 32 - offset - bits
    rest = 0xFFFFFFFF ^ ((1 << bits) - 1) << shift
    window = codes << np.uint32(shift) | np.uint32(rest)
    if slot < SLOTS:
        line[slot] &= (window >> np.uint32(16)).astype(np.uint16).view(np.int16)
    if slot + 1 < SLOTS:
        line[slot + 1] &= (window & np.uint32(0xFFFF)).astype(np.uint16).view(np.int16)


def encode(slot: PcmSlot, samples: Pcm) -> NDArray[np.uint32]:
    """Samples as the bits that a chip of this format sends; a short word is followed by ones."""
    if slot.law == "linear":
        return samples.view(np.uint16).astype(np.uint32) >> np.uint32(16 - slot.bits)
    law = to_alaw if slot.law == "alaw" else to_ulaw
    codes = law(samples.astype(np.float32) / FULL_SCALE).astype(np.uint32)
    return codes << np.uint32(8) | np.uint32(0xFF) if slot.bits == 16 else codes


def decode(slot: PcmSlot, codes: NDArray[np.uint32]) -> Sound:
    """What a chip of this format makes of the bits, in steps of int16."""
    if slot.law == "linear":
        wide = (codes << np.uint32(16 - slot.bits)).astype(np.uint16)
        return wide.view(np.int16).astype(np.float32)
    law = from_alaw if slot.law == "alaw" else from_ulaw
    return law((codes >> np.uint32(slot.bits - 8)).astype(np.uint8)) * FULL_SCALE
