"""Why did this call go there: one sentence, from the events of whole stories."""

from typing import Any

from asking import QUESTION, asked_for, asks, busy_ann
from stories import HANSEN, asks_for, menu_heard

from firmware.base.events import (
    CallArrived,
    CallbackAsked,
    CallDialled,
    CallEnded,
    CallLed,
    CallOffered,
    DigitHeard,
    Event,
)
from firmware.office.why import why
from firmware.office.why_texts import TEXTS
from hostsim.office import Office

FOUR: dict[str, Any] = {
    "people": {"cleo": {"station": "phone3"}, "dan": {"station": "phone4"}},
    "queues": {"sales": {"wrap_s": 0}, "support": {"wrap_s": 0}},
}


def office_with(support: dict[str, Any] | None = None, **more: Any) -> Office:
    queues = {**FOUR["queues"], "support": {"wrap_s": 0, **(support or {})}}
    return Office({**FOUR, "queues": queues, **more}, fidelity="signal")


def signed_in(office: Office, *names: str, apart: float = 2) -> list[Any]:
    office.wait(3)
    agents = [office.agent(name) for name in names]
    for agent in agents:
        agent.sign_in()
        office.wait(apart)
    return agents


def told(office: Office, nth: int = -1) -> str:
    call = office.saw(CallArrived)[nth].call
    return why(office.journal.events(), call)


def test_the_longest_idle_of_several_is_named_with_the_time_since_when() -> None:
    with office_with() as office:
        ann, _ = signed_in(office, "ann", "ben", apart=60)
        caller = menu_heard(office)
        caller.press("2")
        office.wait(2)
        ann.answer()
        office.wait(1)
        assert told(office) == (
            "+4533120001's call went to Ann: the caller asked for support by pressing 2, "
            "and of the 2 people free (Ann and Ben) Ann had been available longest (since 09:00)."
        )


def test_who_did_not_answer_is_named_before_who_did() -> None:
    with office_with() as office:
        _, ben = signed_in(office, "ann", "ben")
        menu_heard(office).press("2")
        office.wait_until(lambda: ben.ringing, 20)
        ben.answer()
        office.wait(1)
        assert told(office) == (
            "+4533120001's call went to Ben: the caller asked for support by pressing 2, "
            "Ann did not answer for 15 s, the caller waited 15 s, and Ben was the only one free for it."
        )


def test_a_rejection_and_a_break_are_no_misses() -> None:
    with office_with() as office:
        ann, ben, cleo = signed_in(office, "ann", "ben", "cleo")
        menu_heard(office).press("2")
        office.wait(1)
        ann.reject()
        office.wait(1)
        ben.break_("lunch")
        office.wait(1)
        cleo.answer()
        office.wait(1)
        assert (
            "Ann said no, Ben went on a break, the caller waited 2 s, and Cleo was the only one free"
            in told(office)
        )


def test_silence_leads_to_the_operator_and_a_direct_line_past_the_menu() -> None:
    with office_with(lines={"line2": {"to": "ann"}}) as office:
        menu_heard(office)
        office.wait_until(lambda: office.phone("phone1").ringing, 30)
        office.phone("phone1").lift()
        office.wait(1)
        silence = "the caller pressed nothing and was led to the operator, and phone 1 rang"
        assert told(office) == f"+4533120001's call went to phone 1: {silence}."
        office.phone("phone1").hang_up()
        office.wait(3)
        office.caller("+4533120002").dial(line=2)
        office.wait_until(lambda: office.phone("phone1").ringing, 20)
        office.phone("phone1").lift()
        office.wait(1)
        direct = "calls of this kind on line 2 lead straight to ann, and phone 1 rang"
        assert told(office) == f"+4533120002's call went to phone 1: {direct}."


def test_with_nobody_there_its_rule_is_named_and_who_lifted_first() -> None:
    with office_with() as office:
        office.wait(3)
        asks_for(office, "1")
        office.wait_until(lambda: office.phone("phone2").ringing, 5)
        office.phone("phone2").lift()
        office.wait(1)
        assert told(office).endswith(
            "nobody of sales was available, its rule for that rang phone 1 and phone 2, "
            "and phone 2 was lifted first."
        )
        asks_for(office, "2", line=2)
        office.wait_until(lambda: office.phone("phone4").ringing, 25)
        office.phone("phone4").lift()
        office.wait(1)
        assert "phone 3 did not answer for 15 s, the caller waited 15 s" in told(office)


def test_of_all_who_are_rung_the_first_to_lift_is_named() -> None:
    with office_with() as office:
        _, ben = signed_in(office, "ann", "ben")
        asks_for(office, "1")
        office.wait_until(lambda: ben.ringing, 5)
        ben.answer()
        office.wait(1)
        assert told(office).endswith("and Ann and Ben were rung together and Ben lifted first.")


def test_the_step_of_the_ladder_is_named() -> None:
    people = {**FOUR["people"], "ann": {"skills": {"danish": 2}}, "ben": {"skills": {"danish": 4}}}
    ladder = {"strategy": "skills", "skill": "danish", "ladder": [[10, 4], [30, 2]]}
    with office_with(ladder, people=people) as office:
        ann, ben = signed_in(office, "ann", "ben")
        asks_for(office, "2")
        office.wait_until(lambda: ben.ringing, 15)
        ben.answer()
        office.wait(1)
        assert told(office).endswith(
            "the caller waited 10 s, danish of grade 4 or better was asked for by then, "
            "and Ben was the only one free for it."
        )
        ann.break_("lunch")
        ben.hang_up()
        asks_for(office, "2", line=2)
        office.wait(2)
        ben.break_("lunch")
        cleo = office.agent("cleo")
        cleo.sign_in()
        office.wait_until(lambda: cleo.ringing, 65)
        cleo.answer()
        office.wait(1)
        assert told(office).endswith(
            "the caller waited 1 min 0 s, anybody would do by then, danish or not, "
            "and Cleo was the only one free for it."
        )


def test_where_nobody_takes_it_the_sentence_says_how_far_it_came() -> None:
    with office_with() as office:
        signed_in(office, "ann")
        caller = asks_for(office, "2")
        office.wait(5)
        assert told(office) == (
            "+4533120001's call has not been answered so far: the caller asked for support by pressing 2."
        )
        caller.hang_up()
        office.wait(12)
        assert told(office).endswith("and the caller hung up while it rang at Ann.")
        in_menu = menu_heard(office, line=3)
        in_menu.hang_up()
        office.wait(12)
        assert told(office).endswith("the caller hung up before asking for anybody.")


def test_a_closed_office_said_so() -> None:
    hours = {"hours": {"shop": {"week": {"mon": ["12:00-13:00"]}, "holidays": False}}}
    with office_with(lines={"line1": {"hours": "shop"}}, **hours) as office:
        caller = office.caller(HANSEN)
        caller.dial(line=1)
        office.wait_until(lambda: caller.state == "dropped", 40)
        caller.hang_up()
        office.wait(3)
        assert told(office) == (
            "Nobody took +4533120001's call: it was closed then, and the caller was told so."
        )


def test_who_waited_too_long_was_led_on_and_who_keyed_chose() -> None:
    with office_with({"late_s": 15, "late": "sales", "keys": {"9": "dan"}}) as office:
        _, ben = signed_in(office, "ann", "ben")
        for phone in ("phone1", "phone2"):
            office.phone(phone).lift()
        asks_for(office, "2")
        office.wait(20)
        office.phone("phone2").hang_up()
        office.wait_until(lambda: ben.ringing, 5)
        ben.answer()
        office.wait(1)
        assert "support led the caller on to sales after 15 s, the caller waited" in told(office)
        assert told(office).endswith("and only Ben was free and rung.")
        caller = asks_for(office, "2", line=2)
        office.wait(5)
        caller.press("9")
        office.wait(1)
        office.phone("phone4").lift()
        office.wait(1)
        assert "the caller chose phone 4 after 5 s in support, and phone 4 rang" in told(office)


def test_a_call_back_says_so_and_who_had_it() -> None:
    with Office(asked_for(), fidelity="signal") as office:
        phone = busy_ann(office)
        caller = asks(office)
        (asked,) = office.saw(CallbackAsked)
        phone.hang_up()
        office.wait_until(lambda: phone.ringing, 3)
        phone.lift()
        office.wait_until(lambda: phone.hears() == "prompt:callback.preview", 2)
        phone.press("#")
        office.wait_until(lambda: caller.ringing, 6)
        caller.answer()
        office.wait_until(lambda: caller.hears() == QUESTION, 5)
        caller.press("1")
        office.wait(1)
        assert told(office).endswith("the caller asked after 2 s in support to be called back.")
        back = why(office.journal.events(), asked.callback)
        assert back.startswith("The call-back to +4533120001 went to Ann: ")
        assert back.endswith("and Ann was the only one free for it.")


def test_whose_number_was_erased_is_a_caller() -> None:
    events: list[Event] = [
        CallArrived("c1", "line1", None, None, None, seq=1),
        CallOffered("c1", "phone1", None, None, "direct", free=("phone1",), able=1, seq=2),
        CallEnded("c1", "caller", "hang_up", 3.0, seq=3),
    ]
    assert why(events, "c1") == "Nobody took a caller's call: the caller hung up while it rang at phone 1."
    assert why(events, "c2") == "Nothing is known of this call."
    early = [events[0], CallEnded("c1", "caller", "abandoned", 1.0, seq=2)]
    assert why(early, "c1") == "Nobody took a caller's call: the caller hung up before the box answered."


def test_a_key_that_was_erased_is_a_key() -> None:
    events: list[Event] = [
        CallArrived("c1", "line1", None, None, None, seq=1),
        DigitHeard("c1", None, seq=2),  # type: ignore[arg-type]  # as the journal reads it
        CallLed("c1", "support", "key", seq=3),
    ]
    assert why(events, "c1").endswith("the caller asked for support by a key.")


def test_a_call_that_somebody_dialled_was_given_out_by_no_rule() -> None:
    events = [CallDialled("c1", "line1", "phone2", "33120001", seq=1)]
    assert why(events, "c1") == "Phone 2 dialled this call: no rule chose who got it."


def test_every_language_has_every_clause() -> None:
    for language, texts in TEXTS.items():
        assert texts.keys() == TEXTS["en"].keys(), language
