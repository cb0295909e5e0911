"""An example that fits a schema: what is required, and no more."""

from dialer.api.schemas import JsonSchema

_PLAIN: dict[str, object] = {"string": "…", "integer": 1, "number": 1, "boolean": True, "null": None}


def example_of(schema: JsonSchema, document: JsonSchema) -> object:
    """A value; `document` holds what the schema refers to."""
    if name := schema.get("$ref"):
        return example_of(document["components"]["schemas"][name.rpartition("/")[2]], document)
    if values := [*schema.get("examples", []), *schema.get("enum", [])]:
        return values[0]
    if "const" in schema:
        return schema["const"]
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return example_of(options[0], document)
    return _by_type(schema, document)


def _by_type(schema: JsonSchema, document: JsonSchema) -> object:
    kind = str(schema.get("type"))
    if kind == "array":
        return [example_of(schema.get("items", {}), document)]
    if kind == "object":
        properties = schema.get("properties", {})
        names = schema.get("required", list(properties)[:1])
        return {name: example_of(properties[name], document) for name in names}
    return _PLAIN.get(kind, "…")
