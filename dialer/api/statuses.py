"""Which errors an address answers, as far as they follow from what it is."""

from collections.abc import Iterator, Mapping

from dialer.api.route import Route

SENTENCES: Mapping[int, str] = {
    400: "The body is no JSON in UTF-8, or could not be read.",
    401: "No API key, or one that is not known, has ended or was revoked.",
    403: "The key lacks the scope, or the present state forbids the change.",
    404: "There is no such thing.",
    406: "What it answers with is none of what `Accept` names.",
    408: "The body took too long to arrive.",
    409: "The present state does not allow it, or the same request is being answered already.",
    413: "The body is too large.",
    415: "The Content-Type is another.",
    422: "There are faults in what was sent; `errors` lists them all.",
    429: "Too many requests in this minute.",
    502: "The carrier does not give what it was asked for.",
    503: "Nothing can be written now; nothing was changed.",
}
"""Every error that there is, but those of an address or a method that do not exist."""

_OF_A_KEY = frozenset({401, 403, 429, 503})
_OF_ANY_BODY = frozenset({400, 408, 413})
_OF_A_BODY = _OF_ANY_BODY | {415, 422}
_OF_RECEIPTS = _OF_ANY_BODY | {409, 422}
"""The body is read, to be compared, even where it says nothing."""


def errors_of(route: Route) -> list[int]:
    """The route's own and those that follow, in order; without those that it answers in a form of its own."""
    return sorted(route.errors.union(_implied(route)) - route.answers.keys())


def _implied(route: Route) -> Iterator[int]:
    if route.scope is not None:
        yield from _OF_A_KEY
    if "{" in route.path:
        yield 404
    if route.query:
        yield 422
    if route.body is not None:
        yield from _OF_A_BODY
    if route.idempotent:
        yield from _OF_RECEIPTS
