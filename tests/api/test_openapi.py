"""The description of the API: of every route, and true."""

import json
import re
from collections import Counter

import pytest

from dialer.api.app import ROUTES
from dialer.api.openapi import describe
from dialer.api.operation import operation_id
from dialer.api.route import Route
from dialer.api.schemas import JsonSchema
from dialer.api.statuses import SENTENCES
from dialer.api.wire.campaign_answer import CampaignAnswer
from dialer.domain.campaign import CampaignStatus


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


@pytest.fixture(scope="module")
def document() -> JsonSchema:
    return describe(ROUTES, "1.2.3")


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_a_route_says_in_one_sentence_what_it_does_and_what_it_answers_when_it_is_done(route: Route) -> None:
    assert re.fullmatch(r"[A-Z`][^.]*(\.[^ .][^.]*)*\.", route.summary), "one sentence, with its full stop"
    assert any(200 <= status < 300 for status in route.answers)
    assert route.errors <= SENTENCES.keys(), "a status that api/statuses.py has no sentence for"
    assert not route.errors & route.answers.keys(), "an error is described once"


def test_no_two_operations_have_one_id() -> None:
    ids = Counter(operation_id(route) for route in ROUTES)

    assert [name for name, count in ids.items() if count > 1] == []


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("POST", "/campaigns", "create_campaign"),
        ("GET", "/campaigns/{id}", "get_campaign"),
        ("POST", "/campaigns/{id}/launch", "launch_campaign"),
        ("GET", "/campaigns/{id}/contacts", "get_campaign_contacts"),
        ("GET", "/v2/calls", "get_calls"),
        ("GET", "/openapi.json", "get_openapi_json"),
    ],
)
def test_an_operation_is_called_after_its_method_and_path(method: str, path: str, name: str) -> None:
    (route,) = [each for each in ROUTES if (each.method, each.path) == (method, path)]

    assert operation_id(route) == name


def test_every_reference_leads_somewhere(document: JsonSchema) -> None:
    references = set(re.findall(r'"\$ref": "#/components/([^"]+)"', json.dumps(document)))
    there = {f"{kind}/{name}" for kind, named in document["components"].items() for name in named}

    assert references <= there


@pytest.mark.parametrize(
    ("path", "method", "statuses"),
    [
        ("/healthz", "get", "200"),
        ("/campaigns", "post", "201 400 401 403 404 408 409 413 415 422 429 503"),
        ("/campaigns/{id}", "get", "200 401 403 404 429 503"),
        ("/campaigns/{id}/launch", "post", "200 400 401 403 404 408 409 413 422 429 503"),
    ],
)
def test_errors_follow_from_what_a_route_is(
    document: JsonSchema, path: str, method: str, statuses: str
) -> None:
    assert " ".join(document["paths"][path][method]["responses"]) == statuses


def test_what_needs_a_key_says_so_and_names_the_scope(document: JsonSchema) -> None:
    launch = document["paths"]["/campaigns/{id}/launch"]["post"]

    assert launch["security"] == [{"key": []}]
    assert "`campaigns:launch`" in launch["description"]
    assert document["paths"]["/healthz"]["get"]["security"] == []


def test_fields_stand_in_the_order_of_the_model(document: JsonSchema) -> None:
    properties = document["components"]["schemas"]["CampaignAnswer"]["properties"]

    assert list(properties) == list(CampaignAnswer.model_fields)


def test_what_is_one_of_a_few_words_says_which(document: JsonSchema) -> None:
    schemas = document["components"]["schemas"]

    assert schemas["CampaignStatus"]["enum"] == list(CampaignStatus)
    assert "draft" in schemas["CampaignStatus"]["enum"]
    assert schemas["CreateBody"]["properties"]["type"]["anyOf"][0]["enum"] == ["voice", "sms"]
    assert "connecting" in schemas["CallAnswer"]["properties"]["status"]["enum"]


def test_a_default_of_null_is_not_told(document: JsonSchema) -> None:
    """A client that sent it would remove parts of a `config`."""
    assert '"default": null' not in json.dumps(document)


def test_an_answer_has_all_its_fields_and_a_body_those_that_it_needs(document: JsonSchema) -> None:
    schemas = document["components"]["schemas"]

    assert schemas["CreateBody"]["required"] == ["name", "agent_id"]
    for name in ("CampaignAnswer", "CallAnswer", "ContactAnswer"):
        assert schemas[name]["required"] == list(schemas[name]["properties"])


def test_what_stands_below_a_field_is_its_description(document: JsonSchema) -> None:
    assert (
        document["components"]["schemas"]["CallAnswer"]["properties"]["phone"]["description"]
        == "The same as `to`."
    )
