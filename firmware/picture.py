"""How the box stands now, as plain JSON: what a page shows and /healthz judges."""

from typing import TYPE_CHECKING, Any

from firmware.base.clock import SECOND
from firmware.calls.call import Call
from firmware.calls.handset import Handset
from firmware.calls.line import Line
from firmware.desk.agents import Status
from firmware.steps import InfoStep

if TYPE_CHECKING:
    from firmware.box import Box


def snapshot(box: "Box") -> dict[str, Any]:
    """Lines, telephones, calls and who waits; seconds are those of the box's own clock."""
    settings = box.settings
    return {
        "office": settings.office.name,
        "country": settings.country,
        "uptime_s": round((box.clock.now - box.began) / SECOND, 3),
        "wall": box.clock.wall().isoformat(timespec="seconds"),
        "durable": not box.degraded,
        "tapes": box.tapes.trouble,
        "alarms": box.alarms.picture(),
        "lines": {
            name: _line(line, settings.lines[name].number) for name, line in box.exchange.lines.items()
        },
        "phones": {
            name: _phone(phone, box.desk.number_at(name)) | box.shown.phone(phone)
            for name, phone in box.exchange.phones.items()
        },
        "calls": [
            _call(call, box) | box.shown.call(call) | box.glance.call(call)
            for call in box.exchange.calls.values()
        ],
        "parked": box.shown.parked,
        "agents": {
            agent.name: {
                "status": agent.status.value,
                "state": agent.state.value,
                "station": agent.station,
                "code": agent.code if agent.status is Status.BREAK else "",
                "dnd": agent.dnd,
                "forward": box.desk.forwards.picture(agent.name),
                "messages": box.taping.fresh(agent.name),
                **box.shown.agent(agent),
                **box.glance.agent(agent),
            }
            for agent in box.desk.agents.all.values()
        },
        "waiting": len(box.desk.waiting),
        **box.glance.office(),
        "callbacks": box.desk.callbacks.picture(),
        "hours": {name: box.exchange.calendar.is_open(name) for name in settings.hours},
        "echo": box.echo.kind if box.echo else "none",
        "impossible": box.impossible,
        "settings": {
            "lines": {name: {"menu": settings.menu_of(name)} for name in settings.lines},
            "menus": {name: {"keys": dict(menu.keys)} for name, menu in settings.menus.items()},
            "breaks": list(settings.office.breaks),
            "blocked": list(settings.office.blocked),
            "people": {name: person.number for name, person in settings.people.items()},
            "queues": {name: list(queue.members) for name, queue in settings.queues.items()},
            "offices": {name: far.number for name, far in settings.offices.items()},
            "topics": [step.topic for step in settings.steps.values() if isinstance(step, InfoStep)],
        },
    }


def _line(line: Line, number: str | None) -> dict[str, Any]:
    call = line.call.id if line.call else None
    return {"state": line.state.word, "reason": line.reason, "call": call, "number": number}


def _phone(phone: Handset, number: str | None) -> dict[str, Any]:
    call = phone.call.id if phone.call else None
    ringing = phone.state.value == "ringing"
    return {
        "state": phone.state.value,
        "reason": phone.reason,
        "call": call,
        "number": number,
        "ringing": ringing,
    }


def _label(call: Call, box: "Box") -> str:
    """Whom the caller has reached and what it is about, as an agent is shown it."""
    settings = box.settings
    rows = settings.identities.get(call.identity or ""), settings.types.get(call.type or "")
    return ", ".join(row.label for row in rows if row is not None)


def _own(box: "Box") -> set[str | None]:
    """Numbers that are the office's own: a caller who shows one of them may be anybody (RELIABILITY H-02)."""
    settings = box.settings
    lines = {line.number for line in settings.lines.values() if line.number}
    stations = {person.station for person in settings.people.values() if person.station}
    return {*lines, *settings.extensions(), *stations}


def _call(call: Call, box: "Box") -> dict[str, Any]:
    waiting = box.desk.waiting.get(call)
    other = call.called if call.direction == "inside" else call.phone
    return {
        "id": call.id,
        "direction": call.direction,
        "line": call.line.name if call.line else None,
        "number": call.number,
        "unverified": call.direction == "in" and call.number in _own(box),
        "name": call.name,
        "state": call.stage.value,
        "seconds": round((box.clock.now - call.began) / SECOND, 1),
        "queue": waiting.queue if waiting else None,
        "waited": round(box.desk.waited(waiting), 1) if waiting else None,
        "returning": known._asdict() if (known := box.desk.callers.returning(call.id)) else None,
        "type": call.type,
        "identity": call.identity,
        "label": _label(call, box),
        "rings": [phone.name for phone in call.rung],
        "with": other.name if other else None,
        "emergency": call.emergency,
        "recorded": box.taping.recorder.of(call.id),
        "data": dict(call.data),
        "language": call.language,
    }
