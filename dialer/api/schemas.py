"""JSON Schema of the wire models, as pydantic writes it, with the words that stand beside their fields."""

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

JsonSchema: TypeAlias = dict[str, Any]
Wanted: TypeAlias = tuple[type[BaseModel], JsonSchemaMode]
"""A model as it is read (validation) or written (serialization)."""

REFERENCE = "#/components/schemas/{model}"


def schemas_of(wanted: Sequence[Wanted]) -> tuple[Mapping[Wanted, JsonSchema], JsonSchema]:
    """For each model what refers to it, and all that is referred to by name."""
    found, definitions = models_json_schema(list(wanted), ref_template=REFERENCE, schema_generator=_Writer)
    return {each: found[each] for each in wanted}, dict(sorted(definitions["$defs"].items()))


class _Writer(GenerateJsonSchema):
    def sort(self, value: JsonSchemaValue, parent_key: str | None = None) -> JsonSchemaValue:  # noqa: ARG002  pydantic has it
        return value  # fields stand in the order in which we wrote them

    def field_title_should_be_set(self, _schema: object) -> bool:
        return False  # "Agent Id" says nothing that agent_id does not

    def field_is_required(
        self,
        field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField,
        total: bool,  # noqa: FBT001  pydantic's own signature
    ) -> bool:
        """What is written is written whole, defaults too."""
        return self.mode == "serialization" or super().field_is_required(field, total)

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Null as a default is left out: a client that sent it would remove parts of a `config`."""
        written = super().default_schema(schema)
        if written.get("default", ...) is None:
            del written["default"]
        return written

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        written = super().model_schema(schema)
        fields = schema["cls"].model_fields
        for name, words in _words(schema["cls"]):
            shown = written.get("properties", {}).get(fields[name].alias or name)
            if shown is not None:
                shown.setdefault("description", words)
        return written


def _words(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """The string below each field of the model, as our code comments its fields; its own before inherited."""
    for kind in model.__mro__:
        if not issubclass(kind, BaseModel) or kind is BaseModel:
            continue
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
        assert isinstance(tree, ast.ClassDef)
        for line, below in zip(tree.body, tree.body[1:], strict=False):
            match line, below:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(words))):
                    yield name, inspect.cleandoc(words)
