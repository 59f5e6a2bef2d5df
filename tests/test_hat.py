"""The whole hat: start-up, what goes wrong on the buses, healing, sound, the cost of a poll."""

import numpy as np
import pytest
from hat_bench import SECOND, HatBench

from board.hat import Hat
from firmware.base import Broken, Refused
from firmware.base.ports import InService, Lifted, OutOfService, Release, Ring, RingBegan, Seize

MS = 1_000


def full(**more):
    return HatBench(lines=4, phones=4, **more)


def out_of_service(b):
    return {name: port.reason for name, port in b.hat.ports.items() if port.reason is not None}


def test_eight_ports_are_in_service_within_2_5_s():
    b = full()
    b.run(2.5)
    assert sorted(name for name, fact in b.told) == sorted(b.hat.ports)
    assert len(b.facts(InService)) == 8
    assert max(fact.at for _, fact in b.told) <= 2.5 * SECOND


@pytest.mark.parametrize("modules", [(4, 4), (1, 3), (0, 4), (4, 0), (2, 2)])
def test_any_mix_of_modules_is_probed_and_a_port_without_one_says_so(modules):
    b = full(modules=modules)
    b.run(3)
    missing = {f"line{n + 1}" for n in range(modules[0], 4)} | {f"phone{n + 1}" for n in range(modules[1], 4)}
    assert set(out_of_service(b)) == missing
    for reason in out_of_service(b).values():
        assert "no module" in reason or "hat missing" in reason


def test_a_module_without_a_configured_port_is_left_idle_and_reported():
    b = HatBench(lines=1, phones=1)
    b.run(2)
    assert b.hat.health()["spare"] == ["line2", "line3", "line4", "phone2", "phone3", "phone4"]
    assert b.phone_register(64, 1) == 0x00
    assert b.phones[1].fed == []


def test_a_module_that_is_plugged_in_later_comes_into_service():
    late = HatBench(lines=0, phones=2, modules=(0, 2))
    late.sim.spi_phones.stick_miso(0xFF)
    late.run(3)
    assert len(late.facts(OutOfService)) == 2
    late.sim.spi_phones.stick_miso(None)
    late.run(4)
    assert len(late.facts(InService)) == 2


@pytest.mark.parametrize("value", [0x00, 0xFF])
def test_a_stuck_bus_takes_its_ports_out_within_half_a_second_and_is_never_off_hook(value):
    b = full().up()
    stuck = b.now
    b.sim.stick_miso(value)
    b.run(0.5)
    assert {name for name, _ in b.told} == set(b.hat.ports)
    assert all(isinstance(fact, OutOfService) and "hat missing" in fact.reason for _, fact in b.told)
    b.run(20)
    assert len(b.told) == 8, "nothing more may be read from a dead bus"
    b.sim.stick_miso(None)
    b.told.clear()
    b.run(3)
    assert len(b.facts(InService)) == len(b.told) == 8
    assert stuck < b.now


@pytest.mark.parametrize("value", [0x00, 0xFF])
@pytest.mark.parametrize("milliseconds", [1, 5, 20, 80])
def test_a_bus_that_is_stuck_for_a_moment_changes_nothing(value, milliseconds):
    b = full().up()
    b.phone.at(b.now, True)
    b.do("line1", Seize(), 1)
    b.told.clear()
    for _ in range(10):
        b.sim.stick_miso(value, b.now + milliseconds * MS)
        b.run(0.37)
    assert b.told == [] and b.line.off


def test_one_dead_bus_leaves_the_other_in_service():
    b = full().up()
    b.sim.spi_phones.stick_miso(0xFF)
    b.run(1)
    assert {name for name, _ in b.told} == {"phone1", "phone2", "phone3", "phone4"}


def test_without_a_pcm_clock_the_ports_say_why_and_heal():
    b = full().up()
    b.sim.stop_pcm_clock()
    b.run(0.5)
    assert len(b.facts(OutOfService)) == 8
    assert all("PCM clock" in fact.reason for fact in b.facts(OutOfService))
    b.sim.start_pcm_clock()
    b.run(4)
    assert len(b.facts(InService)) == 8 and out_of_service(b) == {}


def test_a_hat_that_is_missing_at_the_start_is_found_when_it_comes():
    b = full()
    b.sim.stop_pcm_clock()
    b.run(8)
    assert len(b.facts(OutOfService)) == 8
    b.sim.start_pcm_clock()
    b.run(7)
    assert len(b.facts(InService)) == 8


@pytest.mark.parametrize("keeps_chain", [True, False])
def test_a_phone_chip_that_resets_behind_our_back_gets_its_state_back_and_nobody_is_told(keeps_chain):
    b = full().up()
    b.phone.at(b.now, True)
    b.run(1)
    b.do("phone2", Ring(), 0.5)
    b.told.clear()
    for place in (0, 1):
        b.sim.phones[place].brown_out(keeps_chain)
    b.phones[1].fed.clear()
    b.run(1.5)
    assert b.phone_register(8) == 0 and b.phone_register(64) == 0x11
    assert any(ring for _, _, ring in b.phones[1].fed), "the second phone rings on"
    assert {name for name, _ in b.told} <= {"phone2"} and not b.facts(OutOfService)
    assert b.hat.health()["ports"]["phone1"]["restarts"] >= 1
    b.phone.at(b.now, False)
    b.run(2)
    assert [type(fact).__name__ for name, fact in b.told if name == "phone1"] == ["HungUp"]


def test_a_line_chip_that_resets_behind_our_back_is_seized_again():
    b = full().up()
    b.do("line1", Seize(), 1)
    b.sim.lines[0].brown_out()
    b.run(1)
    assert b.line.off and b.told == [] and b.line_register(2) == 0x87


def test_an_isocap_link_that_drops_for_a_moment_is_taken_up_again():
    b = full().up()
    b.do("line1", Seize(), 1)
    for seconds in (0.0, 0.2):
        b.sim.lines[0].drop_link(True)
        b.run(seconds)
        b.sim.lines[0].drop_link(False)
        b.run(1)
        assert b.line.off and b.told == []
        assert b.line_register(26) == 0xC2


def test_an_isocap_link_that_stays_down_is_told_with_its_reason_and_heals():
    b = full().up()
    b.sim.lines[0].drop_link(True)
    b.run(5)
    assert {name for name, _ in b.told} == {"line1"}
    assert "ISOcap" in b.facts(OutOfService)[-1].reason
    b.sim.lines[0].drop_link(False)
    b.run(4)
    assert isinstance(b.told[-1][1], InService) and not b.line.off


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("battery_fails", "12 V"),
        ("line_leaks", "leak"),
        ("calibration_hangs", "calibration"),
        ("indirect_hangs", "indirect"),
    ],
)
def test_a_phone_that_cannot_come_up_says_why_and_heals(fault, words):
    b = HatBench(lines=1, phones=2)
    getattr(b.sim.phones[0], fault)(True)
    b.run(4)
    assert list(out_of_service(b)) == ["phone1"]
    assert words in b.facts(OutOfService)[-1].reason
    assert b.phone_register(64) == 0x00
    getattr(b.sim.phones[0], fault)(False)
    b.run(4)
    assert out_of_service(b) == {}


def test_a_supply_that_fails_later_takes_the_phones_out_and_back():
    b = full().up()
    b.sim.phones[0].battery_fails(True)
    b.run(10)
    assert list(out_of_service(b)) == ["phone1"] and "12 V" in out_of_service(b)["phone1"]
    b.sim.phones[0].battery_fails(False)
    b.run(4)
    assert out_of_service(b) == {}


def test_flipped_bits_tell_nothing_and_leave_no_relay_wrong_for_100_ms():
    """RELIABILITY E-07: 1e-4 flips on every access, while lines are seized and phones lifted."""
    b = full().up()
    b.sim.spi_lines.flip_bits(1e-4, seed=1)
    b.sim.spi_phones.flip_bits(1e-4, seed=2)
    wrong = 0
    for _ in range(20):
        b.do("line1", Seize(), 0.3)
        for _ in range(100):
            b.run(0.01)
            wrong = 0 if b.line.off and not any(line.off for line in b.lines[1:]) else wrong + 1
            assert wrong < 10
        b.do("line1", Release(), 0.3)
    assert b.told == [] and out_of_service(b) == {}


def test_a_register_that_was_changed_behind_our_back_is_found_and_mended():
    b = full().up()
    b.sim.spi_lines.xfer(bytes((0x20, 26, 0x00)))
    b.run(25)
    assert b.line_register(26) == 0xC2
    assert b.hat.health()["ports"]["line1"]["registers_mended"] == 1


@pytest.mark.parametrize("low", [True, False])
def test_a_stuck_interrupt_pin_costs_time_but_no_facts(low):
    b = full().up()
    b.sim.spi_lines.stick_int(low)
    b.sim.spi_phones.stick_int(low)
    b.phone.at(b.now + 2 * MS, True)
    b.line.at(b.now, "bell", (25.0, 75.0))
    b.line.at(b.now + SECOND, "bell", None)
    b.run(2)
    assert len(b.facts(Lifted)) == len(b.facts(RingBegan)) == 1
    assert out_of_service(b) == {}


class Counted:
    """A bus that counts the accesses."""

    def __init__(self, bus):
        self.bus, self.count = bus, 0

    def xfer(self, out):
        self.count += 1
        return self.bus.xfer(out)


def test_a_poll_of_eight_idle_ports_takes_few_accesses():
    b = full()
    lines, phones = Counted(b.sim.spi_lines), Counted(b.sim.spi_phones)
    ports = [{f"{kind}{n}": "DK" for n in range(1, 5)} for kind in ("line", "phone")]
    b.hat = Hat(lines, phones, b.sim.gpio, b.sim.frames, *ports)
    b.up()
    lines.count = phones.count = 0
    b.run(10)
    assert (lines.count + phones.count) / 1000 <= 6


def test_each_port_hears_and_speaks_in_its_own_channel():
    b = full().up()
    b.do("line2", Seize(), 1)
    b.phones[2].at(b.now, True)
    b.run(0.5)
    told = np.linspace(-0.5, 0.5, 160, dtype=np.float32)
    b.lines[1].said, b.phones[2].said = told, -told
    b.hat.ports["line2"].write(told / 2)
    b.hat.ports["phone3"].write(-told / 2)
    b.hat.frames_out()
    b.sim.now += 20 * MS
    b.hat.frames_in()
    assert np.allclose(b.hat.ports["line2"].read(), told, atol=1e-3)
    assert np.allclose(b.hat.ports["phone3"].read(), -told, atol=1e-3)
    assert np.allclose(b.lines[1].heard, told / 2, atol=1e-3)
    assert np.allclose(b.phones[2].heard, -told / 2, atol=1e-3)
    assert not b.hat.ports["line1"].read().any()


def test_too_loud_a_frame_is_clipped_and_what_is_not_written_is_silence():
    b = full().up()
    b.do("line1", Seize(), 1)
    b.hat.ports["line1"].write(np.full(160, 3.0, np.float32))
    b.hat.frames_out()
    b.sim.now += 20 * MS
    b.hat.frames_in()
    assert np.allclose(b.line.heard, 1.0, atol=1e-3)
    b.hat.frames_out()
    b.sim.now += 20 * MS
    b.hat.frames_in()
    assert not b.line.heard.any()


class Loose(Counted):
    """A bus whose device file fails while the hat hangs loose."""

    loose = False

    def xfer(self, out):
        if self.loose:
            raise Broken("/dev/spidev0.1 does not answer")
        return super().xfer(out)


def test_a_bus_that_fails_in_the_kernel_takes_its_ports_out_and_they_heal():
    b = HatBench(lines=1, phones=2)
    bus = Loose(b.sim.spi_phones)
    b.hat = Hat(b.sim.spi_lines, bus, b.sim.gpio, b.sim.frames, {"line1": "DK"}, {"phone1": "UK"})
    b.up()
    bus.loose = True
    b.run(3)
    assert list(out_of_service(b)) == ["phone1"] and "spidev0.1" in b.facts(OutOfService)[0].reason
    bus.loose = False
    b.run(3)
    assert out_of_service(b) == {}


class NoFrames:
    """An audio bridge that was pulled out."""

    def read(self):
        raise Broken("no PCM clock: the bridge is gone")

    def write(self, frame):
        raise Broken("no PCM clock: the bridge is gone")

    def close(self):
        """Nothing is open."""


def test_an_audio_bridge_that_is_gone_is_silence_and_the_reason_of_the_ports():
    b = full()
    b.sim.stop_pcm_clock()
    b.hat = Hat(b.sim.spi_lines, b.sim.spi_phones, b.sim.gpio, NoFrames(), {"line1": "DK"}, {})
    b.hat.frames_in()
    b.run(1)
    assert not b.hat.ports["line1"].read().any()
    assert b.facts(OutOfService)[0].reason == b.hat.health()["sound"] == "no PCM clock: the bridge is gone"


def test_a_name_without_a_place_and_an_unknown_country_are_refused_in_a_sentence():
    with pytest.raises(Refused, match="line5: this hat has places for line1 to line4"):
        HatBench(lines={"line5": "DK"})
    with pytest.raises(Refused, match=r"phones\.phone1\.country: 'XX' is not one of US, UK"):
        HatBench(phones={"phone1": "XX"})


def test_orders_and_facts_wait_in_bounded_queues():
    b = full()
    with pytest.raises(Broken, match="takes no orders"):
        for _ in range(1000):
            b.hat.ports["line1"].do(Seize())
    b.run(3)
    for _ in range(2000):
        b.phone.at(b.now, True)
        b.sim.now += 300 * MS
        b.hat.poll(b.now)
    assert len(b.hat.ports["phone1"].events()) <= 256


def test_closing_opens_the_loops_and_silences_the_bells():
    b = full().up()
    b.do("line1", Seize(), 0.5)
    b.do("phone1", Ring(), 0.5)
    b.hat.close()
    b.sim.now += 10 * SECOND
    assert not b.line.off and b.phone.fed[-1][2] is None
