"""The printed card: every code of a telephone, the service that it asks for, and one plain sentence.

Codes are compatible where other systems agree (FEATURES 6.2). What keys mean is decided in `calls/codes`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """Some codes that all ask for the same service. `then`: what is keyed right behind them."""

    service: str
    codes: tuple[str, ...]
    words: str
    then: str = ""


NUMBER = "number"  # somebody's inside number; or an outside one, where the owner allows that
CARD: dict[str, tuple[Row, ...]] = {
    "You": (
        Row("sign_in", ("*11",), "Sign in at this telephone; you are asked for your PIN.", NUMBER),
        Row("sign_out", ("*12",), "Sign out."),
        Row("in_or_out", ("*45",), "Sign in where you have your own telephone; once more: sign out."),
        Row("ready", ("*22",), "You are ready for calls: ends a break, and the time after a call."),
        Row("break", ("*24",), "Take a break; you are told which key is which."),
        Row("first_break", ("*46",), "Take the first kind of break; once more: it is over."),
        Row("reason", ("*23",), "Say what the call was about, by the number of the reason."),
        Row("dnd_on", ("*78",), "Do not disturb: no telephone of yours rings."),
        Row("dnd_off", ("*79",), "You may be disturbed again."),
        Row("count", ("*47",), "Hear how many callers wait."),
    ),
    "A caller on hold": (
        Row("transfer", ("##", "#1"), "Hand him on to a colleague at once.", NUMBER),
        Row("to_mailbox", ("*99",), "Let him leave a message for a colleague.", NUMBER),
        Row("complete", ("#2", "*2"), "Put him through to the one whom you asked; or hang up."),
        Row("conference", ("#3", "*3"), "Talk with both of them together."),
        Row("swap", ("#4", "*4"), "Talk with the other one; the first is on hold."),
        Row(
            "office", ("*0",), "Put him through to another office, by its place on the owner's list.", NUMBER
        ),
        Row("park", ("#72", "700"), "Park him; you are told where, and who dials that gets him."),
        Row("record", ("*1",), "Record the call from now on; once more: no more."),
    ),
    "Colleagues": (
        Row("pickup", ("*8",), "Take the call that rings elsewhere, or the oldest one parked."),
        Row("pickup_of", ("**",), "Take the call that rings at that colleague's.", NUMBER),
        Row("listen", ("*33",), "Listen to a colleague, if allowed; then 2: speak to him, 3: join.", NUMBER),
        Row("join", ("*34",), "Join a colleague's call, where the owner allows it.", NUMBER),
    ),
    "Calling": (
        Row("withhold", ("*67",), "Call outside without showing our number.", NUMBER),
        Row("call_back", ("*69",), "Hear who rang here last, and call back."),
        Row("echo", ("*9196",), "Hear yourself, to try the telephone; any key ends it."),
    ),
    "Your own calls, led elsewhere": (
        Row("forward", ("*72",), "All of them to a colleague; to your mailbox with your own number.", NUMBER),
        Row("forward_busy", ("*74", "*90"), "Those that come while you talk, in the same way.", NUMBER),
        Row("forward_no_answer", ("*52",), "Those that you do not answer in time.", NUMBER),
        Row("forward_busy_off", ("*91",), "Those that come while you talk: no more."),
        Row("forward_no_answer_off", ("*53",), "Those that you do not answer: no more."),
        Row("forward_off", ("*73",), "None of them any more."),
    ),
    "Messages": (
        Row("own_messages", ("*97",), "Hear your own messages."),
        Row("greeting", ("*96",), "Speak the greeting of your mailbox, or of one of your queues."),
        Row("messages", ("*98",), "Hear the messages of any mailbox; you are asked for its number."),
    ),
    "The owner": (
        Row("claim", ("*00#",), "Hear the box's address, and the code that makes you its owner."),
        Row("try_flow", ("*77",), "Go through the draft of a menu as a caller would; nobody is rung."),
    ),
}
ROWS = tuple(row for rows in CARD.values() for row in rows)
