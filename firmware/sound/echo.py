"""The hybrid's echo of what was sent, taken out of what a row says.

libspeexdsp's canceller (a multidelay block filter in the frequency domain, Soo and Pang 1990, with
Valin's learning rate that holds in double talk), one state a row, called through cffi without a
compiler. It works on int16; the border rounds and never wraps.

A row works only while something was sent to it that can still echo, and while it says anything at
all; otherwise its sound passes untouched, bit for bit, and what the filter learned stays. Where the
library is missing every row passes so, and `kind` says "none".
"""

from collections.abc import Callable
from functools import cache
from typing import Any, Final

import cffi
import numpy as np
from numpy.typing import NDArray

from firmware.base.ports import FRAME, RATE
from firmware.sound.frame import Samples, from_int16, to_int16

_LIBRARY: Final = "libspeexdsp.so.1"  # Debian libspeexdsp1
_C: Final = """
    void *speex_echo_state_init(int frame_size, int filter_length);
    void speex_echo_state_destroy(void *state);
    void speex_echo_state_reset(void *state);
    void speex_echo_cancellation(void *state, const int16_t *said, const int16_t *sent, int16_t *out);
    int speex_echo_ctl(void *state, int request, void *value);
"""
_SET_SAMPLING_RATE: Final = 24  # SPEEX_ECHO_SET_SAMPLING_RATE
# The library puts a notch at 0 Hz before its filter. What it takes for 8 kHz (radius 0.9) costs
# 0.7 dB and 52° at 300 Hz; for "12 kHz" it takes radius 0.982: 0.05 dB and 9°. Nothing else changes
# but the two averages of its learning rate, a third slower: measured, that is the better canceller.
_CLAIMED_RATE: Final = 12_000
# What is so much louder than anything sent of late is no echo of it: hybrids lose 6 dB and more. Such
# frames are left alone, or a tone that comes back from the far hybrid would teach the filter nonsense.
_NO_ECHO: Final = 10 ** (6 / 10)
_FORGETS: Final = 0.85  # a tick: the power of what was sent halves in 85 ms
_LOUDER: Final = 2.0  # a canceller that doubles the energy of a row is not cancelling


Opened = tuple[Any, Any]  # cffi's FFI and the library


@cache
def speexdsp() -> Opened | None:
    """The library, opened once; None where it is not installed."""
    ffi = cffi.FFI()
    ffi.cdef(_C)
    try:
        return ffi, ffi.dlopen(_LIBRARY)
    except OSError:
        return None


class Echo:
    """Cancels on `rows` rows echoes up to `tail_ms` long. `find` finds the library."""

    def __init__(self, rows: int, tail_ms: int = 32, find: Callable[[], Opened | None] = speexdsp) -> None:
        self._opened = find()
        self.kind = "speexdsp" if self._opened else "none"
        self._tail = tail_ms * RATE // 1000
        # ticks for which a sent frame can still echo, and the filter's own past must still move on
        self._echoing = -(-self._tail // FRAME) + 1
        self._sent_ago = np.full(rows, self._echoing)
        self._bypassed = np.zeros(rows, bool)
        self._cancelling = np.arange(rows)  # all that are not bypassed
        self._sent_power = np.zeros(rows, np.float32)
        self._sound = np.zeros((3, rows, FRAME), np.int16)  # said, sent, out
        self._states = [self._state() for _ in range(rows)] if self._opened else []
        self._places = [self._place(row) for row in range(rows)] if self._opened else []

    def cancel(self, said: Samples, heard: Samples) -> Samples:
        """`said` without the echo of `heard`, both float32[rows, 160]; a new array, or `said` itself where
        no row cancels.

        `heard` is what was sent to these rows one tick earlier: the frame that sounded while
        `said` was recorded.
        """
        rows = self._cancelling
        if not self._states or not len(rows):
            return said
        clean, near, far = said.copy(), said[rows], heard[rows]
        ago = np.where(far.any(axis=1), 0, self._sent_ago[rows] + 1)
        sent, back = (np.einsum("rs,rs->r", sound, sound) for sound in (far, near))
        power = np.maximum(self._sent_power[rows] * np.float32(_FORGETS), sent)
        self._sent_ago[rows], self._sent_power[rows] = ago, power
        rows = rows[(ago < self._echoing) & near.any(axis=1) & (back < _NO_ECHO * power)]
        if len(rows):
            clean[rows] = self._cancelled(rows, said[rows], heard[rows])
        return clean

    def bypass(self, row: int, on: bool) -> None:
        """Leave `row` alone (a fax or a modem cancels its own echo); what was learned stays."""
        self._bypassed[row] = on
        self._cancelling = np.flatnonzero(~self._bypassed)

    def reset(self, row: int) -> None:
        """Forget the echo path of `row`: another line or telephone answers there now."""
        self._sent_ago[row] = self._echoing
        if self._opened and self._states:
            self._opened[1].speex_echo_state_reset(self._states[row])

    def _cancelled(self, rows: NDArray[np.intp], said: Samples, sent: Samples) -> Samples:
        assert self._opened is not None
        run = self._opened[1].speex_echo_cancellation
        self._sound[0, rows] = to_int16(said)
        self._sound[1, rows] = to_int16(sent)
        for row in rows:
            run(self._states[row], *self._places[row])
        clean = from_int16(self._sound[2, rows])
        before, after = (np.einsum("rs,rs->r", sound, sound) for sound in (said, clean))
        worse = after > _LOUDER * before
        clean[worse] = said[worse]
        return clean

    def _state(self) -> Any:
        assert self._opened is not None
        ffi, library = self._opened
        state = ffi.gc(library.speex_echo_state_init(FRAME, self._tail), library.speex_echo_state_destroy)
        library.speex_echo_ctl(state, _SET_SAMPLING_RATE, ffi.new("int *", _CLAIMED_RATE))
        return state

    def _place(self, row: int) -> tuple[Any, ...]:
        """Where the library finds what `row` said and heard, and leaves the rest."""
        assert self._opened is not None
        ffi = self._opened[0]
        return tuple(ffi.from_buffer("int16_t[]", self._sound[each, row]) for each in range(3))
