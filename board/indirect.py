"""The indirect registers of the Si3215 and the Si3210: numbers of both, and what they start with.

They are undefined after a reset, so all are written. Source: HARDWARE 2.2.2 (data sheet table 34,
DAHDI's values). The older chip has a key detector and pulse metering, and other numbers.
"""

# Indirect registers by their Si3210 number: (value, number in the Si3215 or None). HARDWARE 2.2.2.
INDIRECT: dict[int, tuple[int, int | None]] = {
    **dict(
        enumerate(
            (value, None)  # the key detector, which only the Si3210 has
            for value in (
                *(0x55C2, 0x51E6, 0x4B85, 0x4937, 0x3333, 0x0202, 0x0202),
                *(0x0198, 0x0198, 0x0611, 0x0202, 0x00E5, 0x0A1C),
            )
        )
    ),
    13: (0x7B30, 0),  # oscillator 1, not used: tones come from the switch
    14: (0x0063, 1),
    15: (0x0000, 2),
    16: (0x7870, 3),  # oscillator 2
    17: (0x007D, 4),
    18: (0x0000, 5),
    19: (0x0000, 6),  # DC offset of ringing
    20: (0x7EF0, 7),  # ring frequency, the country's
    21: (0x0160, 8),  # ring amplitude, the country's
    22: (0x0000, 9),
    26: (0x4000, 13),  # gain towards the phone, 0x4000 = 1
    27: (0x4000, 14),  # gain from the phone
    28: (0x1000, 15),  # off-hook above 10.2 mA
    29: (0x3600, 16),  # ring trip above 34 mA
    30: (0x1000, 17),
    31: (0x0200, 18),
    32: (0x07C0, 19),  # power alarms of the six transistors
    33: (0x2600, 20),
    34: (0x1B80, 21),
    35: (0x8000, 22),  # hook filter
    36: (0x0320, 23),  # ring-trip filter
    37: (0x008C, 24),  # thermal filters
    38: (0x0100, 25),
    39: (0x0010, 26),
    40: (0x0C00, 27),
    41: (0x0C00, 64),
    43: (0x1000, 66),
}
RING_HERTZ, RING_PEAK, EAR_GAIN, MOUTH_GAIN = 20, 21, 26, 27
FILTERS = range(35, 40)  # opened wide while the chip calibrates itself
UNITY = 0x4000
