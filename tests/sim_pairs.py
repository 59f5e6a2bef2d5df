"""Two wires on the test bench: a line and a telephone that do what a test says, and a hat with them."""

import numpy as np

from hostsim.bus import SimHat

SECOND, MS = 1_000_000, 1_000


class BenchLine:
    """An exchange with a battery of 48 V behind 1,300 Ω; `at` plans what it does later."""

    def __init__(self):
        self.battery, self.shared, self.fault = -48.0, False, None
        self.bell = None
        self.off = False
        self.hooks = []  # (instant, off)
        self.plans = []  # (instant, attribute, value)
        self.since = 0
        self.said = np.zeros(160, np.float32)  # what the line will say
        self.heard = None  # what our side sent

    def at(self, instant, attribute, value):
        self.plans.append((instant, attribute, value))
        self.plans.sort(key=lambda plan: plan[0])

    def set(self, now, attribute, value):
        self.at(now, attribute, value)
        self._until(now)

    def _until(self, now):
        while self.plans and self.plans[0][0] <= now:
            self.since, attribute, value = self.plans.pop(0)
            setattr(self, attribute, value)

    def hook(self, now, off):
        self._until(now)
        self.off, self.since = off, now
        self.hooks.append((now, off))

    def volts(self, now):
        self._until(now)
        held = 7.0 if self.off else 9.0 if self.shared else 48.0
        return held * self.battery / 48

    def milliamps(self, now):
        self._until(now)
        if not self.off or not self.battery:
            return 0.0
        return self.fault or 31.5

    def ringing(self, now):
        self._until(now)
        return None if self.off else self.bell

    def changed_at(self, now):
        self._until(now)
        return self.since

    def next_change(self, now):
        return self.plans[0][0] if self.plans else None

    def frame(self, sent):
        self.heard = sent.copy()
        return self.said


class BenchPhone:
    """A telephone of 450 Ω with its line; `at` moves its hook later."""

    ohms = 450.0

    def __init__(self):
        self.edges = []  # (instant, off), past and to come
        self.fed = []  # (instant, volts, ring)
        self.said = np.zeros(160, np.float32)
        self.heard = None

    def at(self, instant, off):
        self.edges.append((instant, off))
        self.edges.sort()

    def off_hook(self, now):
        return ([False] + [off for at, off in self.edges if at <= now])[-1]

    def hook_edges(self, since, now):
        return [edge for edge in self.edges if since < edge[0] <= now]

    def next_edge(self, now):
        return min((at for at, _ in self.edges if at > now), default=None)

    def feed(self, now, volts, ring):
        self.fed.append((now, volts, ring))

    def frame(self, sent):
        self.heard = sent.copy()
        return self.said


class Bench:
    """A hat of four lines and four phones, addressed by raw bytes; time goes on by `wait`."""

    def __init__(self, family="si3215", lines=4, phones=4):
        self.lines = [BenchLine() if n < lines else None for n in range(4)]
        self.phones = [BenchPhone() if n < phones else None for n in range(4)]
        self.hat = SimHat(self.lines, self.phones, family)

    @property
    def now(self):
        return self.hat.now

    def wait(self, us):
        """In one leap: whatever is due happens in between."""
        self.hat.now += us

    def line(self, register, place=0):
        return self.hat.spi_lines.xfer(bytes((0x60 | (0, 8, 4, 12)[place], register, 0)))[2]

    def set_line(self, register, value, place=0):
        self.hat.spi_lines.xfer(bytes((0x20 | (0, 8, 4, 12)[place], register, value)))

    def phone(self, register, place=0):
        return self.hat.spi_phones.xfer(bytes((1 << place, 0x80 | register, 0)))[2]

    def set_phone(self, register, value, place=0):
        self.hat.spi_phones.xfer(bytes((1 << place, register, value)))

    def indirect(self, number, place=0):
        self.set_phone(30, number, place)
        self.until_idle(place)
        return self.phone(28, place) | self.phone(29, place) << 8

    def set_indirect(self, number, value, place=0):
        self.set_phone(28, value & 0xFF, place)
        self.set_phone(29, value >> 8, place)
        self.set_phone(30, number, place)
        self.until_idle(place)

    def until_idle(self, place=0):
        """An indirect access takes up to 62.5 µs; the accesses on the bus take their time too."""
        assert any(self.phone(31, place) == 0 for _ in range(4))

    def line_up(self, place=0):
        """As the open drivers do it (hardware notes 2.3.2), for an EU line, 16-bit linear."""
        assert self.line(2, place) == 0x03
        self.set_line(1, 0x80, place)
        self.wait(100 * MS)
        slot = place * 16
        for register, value in ((33, 0x38), (16, 0x00), (18, 0x02), (24, 0x00), (26, 0xC2), (30, 0x02)):
            self.set_line(register, value, place)
        self.set_line(31, 0xA3, place)
        for register, value in ((34, slot), (35, 0), (36, slot), (37, 0), (6, 0)):
            self.set_line(register, value, place)
        for _ in range(20):
            self.wait(100 * MS)
            if self.line(11, place) & 0xF0:
                break
        else:
            raise AssertionError("no ISOcap link")
        self.set_line(4, 0x00, place)
        self.set_line(5, 0x08, place)

    def watch_line(self, *causes):
        """The first line's interrupts on, ring ends too; mask and source begin clean."""
        self.set_line(3, sum(causes))
        self.set_line(4, 0)
        self.set_line(2, 0x87)  # INTE, RDI

    def phones_chained(self):
        self.hat.spi_phones.xfer(b"\x00\x80")

    def phone_up(self, place=0):
        """As the open drivers do it (hardware notes 2.2.3), 16-bit linear, interrupts enabled."""
        self.phones_chained()
        assert self.phone(8, place) == 2 and self.phone(64, place) == 0 and self.phone(11, place) == 0x33
        self.set_phone(30, 0, place)
        self.until_idle(place)
        for number, value in SI3215.items():
            self.set_indirect(number, value, place)
        for register, value in ((8, 0), (108, 0xEB), (67, 0x07), (66, 0x01), (92, 0xFF), (14, 0)):
            self.set_phone(register, value, place)
        self.battery_up(place)
        for register, value in ((71, 0), (93, 0x19), (97, 0x1F), (96, 0x5F)):
            self.set_phone(register, value, place)
        for _ in range(200):
            self.wait(10 * MS)
            if self.phone(96, place) == 0:
                break
        else:
            raise AssertionError("calibration does not end")
        self.set_phone(93, 0x99, place)
        assert all(self.indirect(number, place) == value for number, value in SI3215.items())
        slot = (4 + place) * 16
        for register, value in ((1, 0x3C), (2, slot), (3, 0), (4, slot), (5, 0), (73, 0x04), (69, 0x04)):
            self.set_phone(register, value, place)
        for register in (18, 19, 20, 21, 22, 23):
            self.set_phone(register, 0xFF, place)
        self.set_phone(10, 0x0C, place)
        self.set_phone(64, 1, place)

    def battery_up(self, place=0):
        for _ in range(50):
            self.wait(10 * MS)
            if self.phone(82, place) >= 0xC0:
                return
        raise AssertionError("battery does not come up")

    def tick(self, frame=None):
        """20 ms of sound: write, wait, read."""
        if frame is not None:
            self.hat.frames.write(frame)
        self.wait(20 * MS)
        return self.hat.frames.read()


SI3215 = {
    **{0: 0x7B30, 1: 0x0063, 2: 0, 3: 0x7870, 4: 0x007D, 5: 0, 6: 0, 7: 0x7EF0, 8: 0x0160, 9: 0},
    **{13: 0x4000, 14: 0x4000, 15: 0x1000, 16: 0x3600, 17: 0x1000, 18: 0x0200, 19: 0x07C0, 20: 0x2600},
    **{21: 0x1B80, 22: 0x8000, 23: 0x0320, 24: 0x008C, 25: 0x0100, 26: 0x0010, 27: 0x0C00, 64: 0x0C00},
    66: 0x1000,
}
