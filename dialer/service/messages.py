"""What is spoken, sent or handed to the agent for one contact."""

import json
from collections.abc import Mapping

from dialer.domain.campaign import Campaign
from dialer.domain.contact import Person
from dialer.domain.policy import Agent
from dialer.domain.template import fill, layered


def render(campaign: Campaign, agent: Agent, person: Person, default_message: str) -> str:
    """The campaign's template, else the agent's first message, else the default, filled for this person.

    The person's own fields come first, then their variables, then the agent's and the campaign's.
    """
    template = campaign.message_template or agent.first_message or default_message
    if "{" not in template:
        return template
    fields = {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "name": person.full_name(),
        "phone": person.phone,
        "email": person.email,
    }
    variables: Mapping[str, object] = json.loads(person.variables) if person.variables else {}
    context = {"agent_name": agent.name, "campaign_name": campaign.name}
    return fill(template, layered(fields, variables, context))
