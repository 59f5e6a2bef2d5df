"""What a telephone can key after dial tone besides numbers: each code and the service that it asks for.

Compatible where other systems agree (FEATURES 6.2). A service is a script of the room that offers it
(`Exchange.services`); an emergency number beats every code.
"""

CODES: dict[str, str] = {}


def begins_code(keys: str) -> bool:
    """May one more key make a longer code of these?"""
    return any(code.startswith(keys) and code != keys for code in CODES)
