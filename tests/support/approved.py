"""A city whose sentences have all been approved as WhatsApp templates, as a live one's are."""

from dataclasses import replace

from bot.rulebook import Rulebook


def with_templates(rulebook: Rulebook) -> Rulebook:
    """``rulebook`` with a ContentSid for each sentence that is said unasked."""
    named = (sentence.template for sentence in rulebook.wording.sentences[rulebook.language].values())
    sids = {name: f"HX{number:032x}" for number, name in enumerate(filter(None, named), 1)}
    return replace(rulebook, city=rulebook.city.model_copy(update={"templates": sids}))
