"""The description of the API in OpenAPI 3.1, written from the routes that the router is built from."""

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus

from pydantic import BaseModel

from dialer.api.idempotency import HEADER, KEY_PATTERN, REPLAYED
from dialer.api.operation import operation_id, path_parameters, tag
from dialer.api.route import JSON, Media, Route
from dialer.api.schemas import JsonSchema, Wanted, schemas_of
from dialer.api.statuses import SENTENCES, errors_of
from dialer.api.wire.problem import Problem

_ABOUT = """\
Create campaigns, start and stop them, and follow every contact and every call.

An operation that says so also stands under `/v1` and `/v2`, with the same answers. A trailing slash is fine.
Instants are answered in UTC, to the second.
"""
_ERRORS: Wanted = (Problem, "validation")
_RATES = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
_AGAIN = frozenset({HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


def _header(description: str, kind: str) -> JsonSchema:
    return {"description": description, "schema": {"type": kind}}


_HEADERS: Mapping[str, JsonSchema] = {
    "X-RateLimit-Limit": _header(
        "Requests a minute that the key may make; absent where there is no limit.", "integer"
    ),
    "X-RateLimit-Remaining": _header("How many of them are left.", "integer"),
    "X-RateLimit-Reset": _header("When the minute ends, in Unix seconds.", "integer"),
    "Retry-After": _header("Seconds after which to try again.", "integer"),
    "WWW-Authenticate": _header("The scheme to authenticate by, `Bearer`.", "string"),
    REPLAYED: _header("`true`: the answer to an earlier request with the same key.", "string"),
}


def describe(routes: Sequence[Route], version: str) -> JsonSchema:
    """The whole document. Takes some 100 ms: not for the loop."""
    found, schemas = schemas_of([_ERRORS, *(wanted for route in routes for wanted in _models(route))])
    paths: dict[str, JsonSchema] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, found)
    return {
        "openapi": "3.1.0",
        "info": {"title": "dialer", "version": version, "description": _ABOUT},
        "servers": [{"url": "/"}],
        "tags": [{"name": name} for name in dict.fromkeys(map(tag, routes))],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "headers": _HEADERS,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "An API key."}},
        },
    }


def _models(route: Route) -> Iterator[Wanted]:
    if route.body is not None:
        yield route.body, "validation"
    for answer in route.answers.values():
        if isinstance(answer, type):
            yield answer, "serialization"


def _operation(route: Route, found: Mapping[Wanted, JsonSchema]) -> JsonSchema:
    operation: JsonSchema = {
        "operationId": operation_id(route),
        "tags": [tag(route)],
        "summary": route.summary,
        "description": " ".join(_remarks(route)),
        "security": [] if route.scope is None else [{"key": []}],
        "parameters": list(_parameters(route)),
        "responses": _responses(route, found),
    }
    if route.body is not None:
        content: JsonSchema = {each: {"schema": {"type": "string"}} for each in route.body_types}
        content[route.body_types[0]] = {"schema": found[route.body, "validation"]}
        operation["requestBody"] = {"required": True, "content": content}
    return {key: value for key, value in operation.items() if value or key == "security"}


def _remarks(route: Route) -> Iterator[str]:
    if route.scope is not None:
        yield f"Needs a key with the scope `{route.scope}`, or `admin`."
    if route.versioned:
        yield "Also under `/v1` and `/v2`."
    if route.scope is not None and not route.counted:
        yield "Does not count against the key's rate limit."


def _parameters(route: Route) -> Iterator[JsonSchema]:
    for name, description in path_parameters(route):
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "description": description,
            "schema": {"type": "string", "minLength": 1},
        }
    for parameter in route.query:
        yield {
            "name": parameter.name,
            "in": "query",
            "description": parameter.description,
            "schema": parameter.schema,
        }
    if route.idempotent:
        yield {
            "name": HEADER,
            "in": "header",
            "description": "The same request with the same key is answered again for 24 hours, done once.",
            "schema": {"type": "string", "pattern": KEY_PATTERN},
        }


def _responses(route: Route, found: Mapping[Wanted, JsonSchema]) -> JsonSchema:
    responses: dict[str, JsonSchema] = {}
    for status, answer in sorted(route.answers.items()):
        responses[str(status)] = _response(
            HTTPStatus(status).phrase, _content(answer, found), _headers(route, status)
        )
    for status in errors_of(route):
        content = {JSON: {"schema": found[_ERRORS]}}
        responses[str(status)] = _response(SENTENCES[status], content, _headers(route, status))
    return responses


def _response(description: str, content: JsonSchema, headers: Sequence[str]) -> JsonSchema:
    response: JsonSchema = {"description": description}
    if headers:
        response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
    if content:
        response["content"] = content
    return response


def _content(answer: type[BaseModel] | Media | None, found: Mapping[Wanted, JsonSchema]) -> JsonSchema:
    if answer is None:
        return {}
    if isinstance(answer, Media):
        kind = "object" if answer.type == JSON else "string"
        return {each: {"schema": {"type": kind}} for each in (answer.type, *answer.also)}
    return {JSON: {"schema": found[answer, "serialization"]}}


def _headers(route: Route, status: int) -> list[str]:
    names: list[str] = []
    if status == HTTPStatus.UNAUTHORIZED:
        return ["WWW-Authenticate"]
    if route.scope is not None and route.counted:
        names += _RATES
    if status in _AGAIN and status not in route.answers:
        names.append("Retry-After")
    if route.idempotent and status in route.answers:
        names.append(REPLAYED)
    return names
