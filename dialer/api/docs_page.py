"""The description of the API as a page for people, without a script or anything from elsewhere."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import TypeAlias

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from dialer.api.example import example_of
from dialer.api.route import JSON
from dialer.api.schemas import JsonSchema

Words: TypeAlias = list[tuple[str, str | None]]
"""A text in pieces; the name of an object stands beside a piece that is to lead to it."""


@dataclass(frozen=True, slots=True)
class Page:
    html: str
    policy: str
    """What its Content-Security-Policy allows: its own style and nothing else."""


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    kind: Words
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class _Answer:
    status: str
    kind: Words
    description: str


@dataclass(frozen=True, slots=True)
class _Operation:
    id: str
    tag: str
    method: str
    path: str
    summary: str
    description: str
    curl: str
    parameters: list[_Field]
    body: Words
    answers: list[_Answer]


@dataclass(frozen=True, slots=True)
class _Object:
    name: str
    description: str
    values: str
    fields: list[_Field]


_CODE = re.compile(r"`([^`]+)`")


def render(document: JsonSchema) -> Page:
    """Reads the template's file: not for the loop."""
    environment = Environment(
        loader=PackageLoader("dialer.api"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["marked"] = _marked
    style = files("dialer.api").joinpath("templates/docs.css").read_text("utf-8")
    operations = list(_operations(document))
    html = environment.get_template("docs.html").render(
        title=document["info"]["title"],
        version=document["info"]["version"],
        about=document["info"]["description"].strip().split("\n\n"),
        groups=[
            (tag["name"], [each for each in operations if each.tag == tag["name"]])
            for tag in document["tags"]
        ],
        objects=[_object(name, schema) for name, schema in document["components"]["schemas"].items()],
        style=Markup(style),  # noqa: S704  a file of ours
    )
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    allowed = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return Page(html, f"{allowed}; frame-ancestors 'none'")


def _marked(text: str) -> Markup:
    """What stands in backticks is code; all of it is text, never markup."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704  escaped just now


def _operations(document: JsonSchema) -> Iterator[_Operation]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield _Operation(
                id=operation["operationId"],
                tag=operation["tags"][0],
                method=method.upper(),
                path=path,
                summary=operation["summary"],
                description=operation.get("description", ""),
                curl=_curl(document, method.upper(), path, operation),
                parameters=[
                    _Field(
                        each["name"], _kind(each["schema"]), each.get("required", False), each["description"]
                    )
                    for each in operation.get("parameters", [])
                ],
                body=_content(operation.get("requestBody", {})),
                answers=[
                    _Answer(status, _content(answer), answer["description"])
                    for status, answer in operation["responses"].items()
                ],
            )


def _object(name: str, schema: JsonSchema) -> _Object:
    required = schema.get("required", [])
    return _Object(
        name,
        schema.get("description", ""),
        ", ".join(map(str, schema.get("enum", []))),
        [
            _Field(field, _kind(inner), field in required, inner.get("description", ""))
            for field, inner in schema.get("properties", {}).items()
        ],
    )


def _content(holder: JsonSchema) -> Words:
    """What a body is, in each of the types that it may have."""
    words: Words = []
    for media, content in holder.get("content", {}).items():
        words += [(", or " if words else "", None)]
        words += _kind(content["schema"]) if media == JSON else [(media, None)]
    return words


def _kind(schema: JsonSchema) -> Words:
    """The schema's type in words."""
    if name := schema.get("$ref"):
        return [("", name.rpartition("/")[2])]
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return _joined([_kind(option) for option in options])
    if "const" in schema:
        return [(json.dumps(schema["const"]), None)]
    if values := schema.get("enum"):
        return [(" or ".join(map(json.dumps, values)), None)]
    if schema.get("type") == "array":
        return [("array of ", None), *_kind(schema.get("items", {}))]
    return [(f"{schema.get('type', 'anything')}{_span(schema)}", None)]


def _span(schema: JsonSchema) -> str:
    """`, 1 to 100, 20 if left out`."""
    most = f" to {schema['maximum']:,}" if "maximum" in schema else " or more"
    span = f", {schema['minimum']}{most}" if "minimum" in schema else ""
    return f"{span}, {schema['default']} if left out" if "default" in schema else span


def _joined(options: Sequence[Words]) -> Words:
    words: Words = []
    for option in options:
        words += [(" or ", None)] if words else []
        words += option
    return words


def _curl(document: JsonSchema, method: str, path: str, operation: JsonSchema) -> str:
    options = [f"-X {method}"] if method != "GET" else []
    if operation["security"]:
        options.append('-H "Authorization: Bearer $THINNESTAI_API_KEY"')
    for media, content in list(operation.get("requestBody", {}).get("content", {}).items())[:1]:
        shown = json.dumps(example_of(content["schema"], document), ensure_ascii=False)
        options += [f'-H "Content-Type: {media}"', f"-d '{shown}'"]
    address = path.replace("{", "$").replace("}", "")
    return " \\\n  ".join(["curl", *options, f'"$DIALER{address}"']).replace("curl \\\n  ", "curl ", 1)
