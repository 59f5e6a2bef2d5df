"""The three kinds of error, and who hears of each."""


class Refused(Exception):
    """Somebody asked for what is not allowed; the sentence is shown to them and says what to do."""


class Broken(Exception):
    """Hardware or network failed: the port goes out of service, the box lives on, it heals itself."""


class Impossible(Exception):
    """Our own bug: an order or a timer of ours without a pair in a table."""
