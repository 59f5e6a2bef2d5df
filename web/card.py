"""The card of codes, to print and put beside a telephone: a page without a script."""

from html import escape

from firmware.base.card import CARD, Row

_PAGE = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light">
    <title>Bellwire: the codes of a telephone</title>
    <link rel="icon" href="/pages/bell.svg" type="image/svg+xml">
    <link rel="stylesheet" href="/styles/card.css">
  </head>
  <body>
    <main>
      <h1><img src="/pages/bell.svg" alt="" width="24" height="24"> The codes of your telephone</h1>
      <p>Lift, wait for the dial tone, and key. An emergency number goes before every code.
        A telephone number needs nothing in front of it; # says that it is complete.</p>
      <p>Tap the hook in a call: your caller hears music, and you hear the dial tone.
        Tap again: you are back.</p>
{sections}
      <p class="away"><a href="/">Back to the office</a>; print this page for the card.</p>
    </main>
  </body>
</html>
"""
_SECTION = """      <section>
        <h2>{name}</h2>
        <dl>
{rows}
        </dl>
      </section>"""
_ROW = """          <div><dt>{codes}</dt><dd>{words}</dd></div>"""


def card() -> str:
    """All of it, as HTML."""
    return _PAGE.format(sections="\n".join(_section(name, rows) for name, rows in CARD.items()))


def _section(name: str, rows: tuple[Row, ...]) -> str:
    shown = "\n".join(_ROW.format(codes=_codes(row), words=escape(row.words)) for row in rows)
    return _SECTION.format(name=escape(name), rows=shown)


def _codes(row: Row) -> str:
    """Each code, and what is keyed behind it."""
    then = f" <i>{escape(row.then)}</i>" if row.then else ""
    return " or ".join(f"<kbd>{escape(code)}</kbd>{then}" for code in row.codes)
