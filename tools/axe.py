"""axe-core on a page in a real browser: what would keep somebody out who sees, hears or moves otherwise."""

from pathlib import Path
from typing import Any

AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = ("serious", "critical")
THEMES = ("light", "dark")
RUN = """async (part) => (await axe.run(part ?? document, {resultTypes: ["violations"]})).violations
    .flatMap(({id, impact, nodes}) => nodes.map((node) => [impact, id, node.target.join(" ")]))"""


def faults(page: Any, part: str | None = None) -> list[str]:
    """Serious and critical violations of a page as it stands, or of a part of it, in both themes."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))  # by the debugger: the page's own policy lets no script in
    found = []
    for theme in THEMES:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        for impact, rule, where in page.evaluate(RUN, part):
            if impact in SERIOUS:
                found.append(f"{theme}: {rule} at {where}")
    return found
