"""What each country wants of a chip: terminations, thresholds, ring, flash and pulses, as data.

Registers: HARDWARE 2.3.5 (DAHDI fxo_modes.h, xpp init_card_2_30), hybrids 2.3.4 (vdaa_constants.c).
Turkey is in no source and takes TBR21's values. Flash and pulse times of a country are common
practice, not read from a source; a line or phone that differs is told so in its set-up.
"""

from dataclasses import dataclass

Taps = tuple[int, int, int, int, int, int, int, int]

HYBRID_600: Taps = (0, 254, 0, 1, 255, 1, 0, 0)
HYBRID_TBR21: Taps = (4, 246, 242, 4, 254, 255, 1, 255)  # 270 + 750 ‖ 150 nF
HYBRID_CHINA: Taps = (4, 245, 243, 7, 253, 0, 1, 255)  # 200 + 680 ‖ 100 nF
HYBRID_220: Taps = (4, 244, 241, 6, 253, 255, 2, 255)  # 220 + 820 ‖ 120 nF

RING_20 = (0x7EF0, 0x0160)  # 20.5 Hz, 63.9 V peak = 45 V RMS (the chip's own default)
RING_25 = (0x7E6C, 0x023A)  # 25.0 Hz, 84.8 V peak = 60 V RMS (TBR21)


@dataclass(frozen=True)
class Country:
    """One row of the table. `r…` are register values; times in seconds."""

    r16: int = 0x00  # ring threshold, on-hook speed
    r26: int = 0xC2  # DC termination
    r30: int = 0x02  # AC termination
    r31: int = 0x20  # on-hook speed 2; FULL, FOH, FILT and LVFD are added by the driver
    hybrid: Taps = HYBRID_TBR21
    r10: int = 0x0C  # 2-wire impedance towards a phone
    ring: tuple[int, int] = RING_25  # (frequency, amplitude) of the ring oscillator
    flash_s: float = 0.1  # what we send to the exchange
    flash_window: tuple[float, float] = (0.15, 0.9)  # what counts as a flash from a phone (D-10)
    pulse: tuple[float, float] = (0.06, 0.04)  # break and make of one dialled pulse


COUNTRIES: dict[str, Country] = {
    "US": Country(0x01, 0xC0, 0x00, 0x20, HYBRID_600, 0x08, RING_20, flash_s=0.6),
    "UK": Country(r30=0x05, r31=0x28, r10=0x08, pulse=(0.067, 0.033)),
    "DK": Country(r31=0x28),
    "HR": Country(),
    "TR": Country(),
    "KR": Country(0x00, 0xC0, 0x00, 0x20, HYBRID_600, 0x08, RING_20, flash_s=0.5, pulse=(0.067, 0.033)),
    "CN": Country(0x00, 0x30, 0x0F, 0x20, HYBRID_CHINA, 0x0F, RING_25),
    "TW": Country(0x00, 0x30, 0x00, 0x20, HYBRID_600, 0x08, RING_20, flash_s=0.6),
    "DE": Country(r30=0x03, r31=0x28, r10=0x0D, hybrid=HYBRID_220),
    "FR": Country(r31=0x28, flash_s=0.27, pulse=(0.067, 0.033)),
}


@dataclass(frozen=True)
class LineSetup:
    """How a line is to be run. Gains in dB, -15 to +12, in steps of 0.1."""

    country: str = "DK"
    send_db: float = 0.0
    receive_db: float = 0.0
    hybrid: Taps | None = None  # the country's where not told


@dataclass(frozen=True)
class PhoneSetup:
    """How a phone is to be fed. Gains in dB, -40 to +6; loop current in mA, 20 to 41."""

    country: str = "DK"
    ear_db: float = 0.0
    mouth_db: float = 0.0
    loop_ma: int = 20
