"""What "Why did this call go there?" is answered with, by language: clauses, and how they are joined.

Another language is another table with the same keys; a clause that needs a word for one and for many has
two forms, divided by a bar.
"""

TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "and": "and",
        "somebody": "a caller",
        "callback": "the call-back to {caller}",
        "call": "{caller}'s call",
        # What became of it
        "went": "{call} went to {who}",
        "lost": "Nobody took {call}",
        "waits": "{call} has not been answered so far",
        "dialled": "{who} dialled this call: no rule chose who got it",
        "unknown": "Nothing is known of this call",
        # The way there
        "led.key": "the caller asked for {to} by pressing {key}",
        "led.some_key": "the caller asked for {to} by a key",
        "led.silence": "the caller pressed nothing and was led to {to}",
        "led.wrong_keys": "the caller pressed no key of the menu and was led to {to}",
        "led.line": "calls of this kind on {line} lead straight to {to}",
        "led.closed": "it was closed then, and callers are led to {to} meanwhile",
        "led.flow": "the menu led to {to}",
        "led.blocked": "callers like this one are led to {to}",
        "bye.key": "the caller chose to end the call",
        "bye.closed": "it was closed then, and the caller was told so",
        "bye.blocked": "the office takes no calls from there, and the caller was told so",
        "bye": "the menu said goodbye",
        "resumed": "the caller had waited {time} before",
        "left.overflow": "{queue} led the caller on after {time}",
        "left.overflow.to": "{queue} led the caller on to {to} after {time}",
        "left.exit_key.to": "the caller chose {to} after {time} in {queue}",
        "left.exit_key": "the caller chose something else after {time} in {queue}",
        "left.callback": "the caller asked after {time} in {queue} to be called back",
        "left.withdrawn": "the wait in {queue} was ended by the box",
        "waited": "the caller waited {time}",
        # Offers that came to nothing
        "unmet.no_answer": "{who} did not answer for {time}",
        "unmet.rejected": "{who} said no",
        "unmet.signed_out": "{who} signed out",
        "unmet.break": "{who} went on a break",
        "unmet.dnd": "{who} did not want to be disturbed",
        "unmet.out_of_reach": "the telephone of {who} was out of reach",
        "unmet.withdrawn": "it was taken from {who} after {time} for a colleague who became free",
        # The choice
        "only": "{who} was the only one free for it",
        "of": "of the {able} people free ({names})",
        "longest_idle": "{who} had been available longest (since {since})",
        "longest_idle.some": "{who} had been available longest",
        "fewest_calls": "{who} had taken the fewest calls ({figure:.0f})",
        "share": "{who} was furthest behind the own share of the calls (by {figure:.1f})",
        "hunt": "{who} was the next in the circle",
        "hunt.after": "{who} was the next in the circle behind {after}",
        "hunt_fixed": "{who} comes first in the list",
        "skills": "{who} was the best in {skill} (grade {figure:.0f})",
        "missed": "{names} had missed a call and came behind",
        "needed": "{skill} of grade {grade} or better was asked for by then",
        "anybody": "anybody would do by then, {skill} or not",
        "last_agent": "{who} had talked with the caller last, {days}",
        "ring_down": "only {who} was free and rung|{names} were rung together and {who} lifted first",
        "nobody": "nobody of {queue} was available, and its rule for that rang {phones}",
        "nobody.first": "nobody of {queue} was available, its rule for that rang {phones}, "
        "and {who} was lifted first",
        "direct": "{phones} rang",
        "passed": "it came before {passed} caller who had waited longer, for its higher priority|"
        "it came before {passed} callers who had waited longer, for its higher priority",
        "place": "the caller before it was being rung for, or kept for somebody else|"
        "the {ahead} callers before it were being rung for, or kept for somebody else",
        "picked": "{who} took it from there",
        "moved": "{by} gave it on to {to}",
        "vanished": "the telephone of {who} was out of reach, so it went on to {to}",
        # The end without an answer
        "gone.ringing": "the caller hung up while it rang at {names}",
        "gone.waiting": "the caller hung up while nobody was free",
        "gone.menu": "the caller hung up before asking for anybody",
        "gone.early": "the caller hung up before the box answered",
        "gone.box": "the box ended it",
        "today": "today",
        "yesterday": "yesterday",
        "days": "{days} days ago",
        # Names
        "operator": "the operator",
        "box": "the box",
        "phone": "phone {n}",
        "usb": "handset {n}",
        "line": "line {n}",
        "browser": "the browser",
        "browsers": "browser {n}",
        "s": "{s} s",
        "min": "{min} min {s} s",
        "h": "{h} h {min} min",
    }
}
