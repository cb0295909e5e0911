"""`dialer campaign preflight` and `stats`: a campaign as a whole, before and under way."""

from collections.abc import Mapping

import typer

from dialer.api.wire.report_answer import PreflightAnswer, StatsAnswer
from dialer.cli import show
from dialer.cli.client import as_, part, talk
from dialer.cli.options import AsJson, CampaignReference, ConfigPath

_BASES = {
    "own_calls": "by its own latest calls",
    "recent_calls": "by the latest calls of all campaigns",
    "configuration": "by the configuration, since too few calls have ended",
}


def preflight(
    ctx: typer.Context,
    campaign: CampaignReference,
    *,
    json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Says what a launch would do, dialling nothing."""
    text = talk(ctx, config, lambda client: client.get(f"/campaigns/{part(campaign)}/preflight"))
    if json:
        show.as_json(text)
        return
    found = as_(PreflightAnswer, text)
    show.fields(
        [
            ("contacts", found.total),
            ("valid", found.valid),
            ("invalid", found.invalid),
            ("duplicates", found.duplicates),
            *((f"without {{{{{name}}}}}", count) for name, count in found.unfilled_placeholders.items()),
            ("takes", f"{_span(found.estimated_duration_seconds)}, {_basis(found.estimate_basis)}"),
            ("done by", found.estimated_end),
        ]
    )
    for reason in found.reasons:
        typer.echo(f"A launch is refused: {reason.msg}")


def stats(
    ctx: typer.Context,
    campaign: CampaignReference,
    *,
    json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Shows how it has gone so far: outcomes, calls, rates, and when it will be done."""
    text = talk(ctx, config, lambda client: client.get(f"/campaigns/{part(campaign)}/stats"))
    if json:
        show.as_json(text)
        return
    found = as_(StatsAnswer, text)
    eta = None
    if found.eta_seconds is not None:
        eta = f"{found.eta}, in {_span(found.eta_seconds)}, {_basis(found.estimate_basis)}"
    show.fields(
        [
            ("status", found.status),
            ("contacts", found.total_contacts),
            ("pending", found.pending),
            ("in progress", found.in_progress),
            ("outcomes", _counts(found.outcomes)),
            ("times called", _counts({f"{n}x": count for n, count in found.attempts_histogram.items()})),
            ("calls", found.calls),
            ("states", _counts(found.states)),
            ("answer rate", None if found.answer_rate is None else f"{found.answer_rate:.1%}"),
            ("talk time", _span(found.talk_seconds)),
            ("average talk", _seconds(found.average_talk_seconds)),
            ("average ring", _seconds(found.average_ring_seconds)),
            ("calls a minute", f"{found.calls_per_minute:g} now, {found.calls_per_minute_overall:g} overall"),
            ("done by", eta),
        ]
    )


def _basis(word: str | None) -> str:
    return _BASES.get(word or "", "as far as can be said")


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {word}" for word, count in counts.items())


def _seconds(seconds: float | None) -> str | None:
    return None if seconds is None else f"{seconds:g} s"


def _span(seconds: int) -> str:
    """`1 h 05 min`, `5 min 20 s` or `20 s`."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
