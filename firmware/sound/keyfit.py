"""The exact fit of a key: two tones, their frequencies and slow changes of level left free (least squares).

How much of the sound that leaves over, how steady both levels are, how far the frequencies are off
and how the two levels compare decides; limits of ITU-T Q.24 with a margin.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from firmware.base.ports import RATE
from firmware.sound.frame import Samples, amplitude

Exact = NDArray[np.float64]

FIT: Final = 256  # 32 ms: longer than the 23 ms to reject, shorter than the 40 ms to accept
FLOOR: Final = amplitude(-36.0)  # of each tone; Q.24 ends at −25 dBm, the rest is loss of the line
_TWIST: Final = (10.0**0.9, 10.0**0.5)  # powers: low over high 9 dB, high over low 5 dB
_OFF: Final = 0.021  # between the 1.5 % to accept and the 3.5 % to reject
_SLOPE: Final = 0.25  # change of a tone's level over the fit, against its mean

_SPAN = np.arange(1 - FIT, FIT, 2)  # half samples around the fit's middle
_SLANT = (_SPAN / FIT).astype(np.float32)
_ROUND: Final = 1 << 14  # steps of the wave tables: half a sample at 0.98 Hz
_COS = np.cos(2 * np.pi * np.arange(_ROUND) / _ROUND).astype(np.float32)
_SIN = np.sin(2 * np.pi * np.arange(_ROUND) / _ROUND).astype(np.float32)


def fits(sound: Samples, hertz: Exact, nominal: Exact, most: Exact) -> NDArray[np.bool_]:
    """Which rows of `sound` [rows, 256] are a key: two steady tones at `hertz` that are near the
    `nominal` ones, both [rows, 2], and of the energy at most the share `most` [rows] beside them.

    Each tone is (a + b·t)·cos + (c + d·t)·sin around the fit's middle; b and d across a and c turn
    the phase (a correction of the frequency), along them they change the level.
    """
    step = np.rint(hertz * (_ROUND / (2 * RATE))).astype(np.intp)
    basis = _basis(step)
    along = basis @ sound[..., None]
    factor = np.linalg.solve(basis @ basis.transpose(0, 2, 1), along)[..., 0]
    energy = np.einsum("rs,rs->r", sound, sound)
    left = energy - np.einsum("rf,rf->r", factor, along[..., 0])
    a, c, b, d = (factor[:, part : part + 2] for part in range(0, 8, 2))
    power = a * a + c * c
    turn = (c * b - a * d) / power * (RATE / (np.pi * FIT))
    off = (step * (2 * RATE / _ROUND) + turn) / nominal - 1
    slope = np.abs(a * b + c * d) / power
    good = (np.abs(off) < _OFF) & (slope < _SLOPE) & (power > FLOOR * FLOOR)
    low, high = power.T
    good[:, 0] &= (left < most * energy) & (low < high * _TWIST[0]) & (high < low * _TWIST[1])
    fits: NDArray[np.bool_] = good.all(axis=1)
    return fits


def _basis(step: NDArray[np.intp]) -> Samples:
    """[rows, cos cos sin sin and the same four slanted, 256] of two tones in steps of the wave tables."""
    phase = step[..., None] * _SPAN & _ROUND - 1
    basis = np.empty((len(step), 8, FIT), np.float32)
    basis[:, 0:2] = _COS[phase]
    basis[:, 2:4] = _SIN[phase]
    np.multiply(basis[:, :4], _SLANT, out=basis[:, 4:])
    return basis
