"""The drivers on the test bench: a hat in software, wires that behave, and every fact that was told."""

from sim_pairs import BenchLine, BenchPhone

from board.hat import Hat
from hostsim.bus import SimHat

SECOND, POLL = 1_000_000, 10_000


class HatBench:
    """Up to four lines and four phones behind real drivers; time goes on by `run`, in polls of 10 ms."""

    def __init__(self, lines=1, phones=1, country="DK", family="si3215", modules=(4, 4), bells=4):
        """`lines` and `phones`: how many are configured, or a dict of name -> set-up."""
        self.lines = [BenchLine() if n < modules[0] else None for n in range(4)]
        self.phones = [BenchPhone() if n < modules[1] else None for n in range(4)]
        self.sim = SimHat(self.lines, self.phones, family)
        self.line, self.phone = self.lines[0], self.phones[0]
        self.told = []  # (name, fact)
        self.hat = Hat(
            self.sim.spi_lines,
            self.sim.spi_phones,
            self.sim.gpio,
            self.sim.frames,
            _setups("line", lines, country),
            _setups("phone", phones, country),
            bells,
        )

    @property
    def now(self):
        return self.sim.now

    def run(self, seconds):
        """So much time; the facts of it."""
        begun = len(self.told)
        for _ in range(round(seconds * SECOND / POLL)):
            self.sim.now += POLL
            self.hat.poll(self.sim.now)
            for name, port in self.hat.ports.items():
                self.told += [(name, fact) for fact in port.events()]
        return [fact for _, fact in self.told[begun:]]

    def up(self):
        """Run until everything configured is in service, and forget what was told until then."""
        for _ in range(250):
            self.run(0.01)
            if all(port.reason is None for port in self.hat.ports.values()):
                self.run(0.15)  # the hook counts once the battery has stood for 0.1 s
                self.told.clear()
                return self
        raise AssertionError(self.hat.health())

    def do(self, name, order, run=0.02):
        self.hat.ports[name].do(order)
        return self.run(run)

    def facts(self, kind, name=None):
        """All facts of a kind so far, oldest first."""
        return [fact for port, fact in self.told if isinstance(fact, kind) and name in (None, port)]

    # what a probe on the wires to the chips would show
    def line_register(self, register, place=0):
        return self.sim.spi_lines.xfer(bytes((0x60 | (0, 8, 4, 12)[place], register, 0)))[2]

    def phone_register(self, register, place=0):
        return self.sim.spi_phones.xfer(bytes((1 << place, 0x80 | register, 0)))[2]


def _setups(kind, told, country):
    return told if isinstance(told, dict) else {f"{kind}{n + 1}": country for n in range(told)}


def names(facts):
    return [type(fact).__name__ for fact in facts]
