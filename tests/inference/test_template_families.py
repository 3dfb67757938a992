"""What the small families are asked in: their wire formats, written anew here, with the quirks that bite."""

from datetime import datetime

import pytest

from appliance.inference.template import ChatTemplate

RULES, FIRST, SAID, NEXT = "Be kind. Give hints.", "What is a fuse?", "A thin wire.", "Why is it thin?"
TURNS = (("system", RULES), ("user", FIRST), ("assistant", SAID), ("user", NEXT))
NOW = datetime(2026, 11, 21, 9, 30)

QWEN_2_5 = """\
{%- if messages[0].role != 'system' %}<|im_start|>system
A default that nobody here asked for.<|im_end|>
{% endif %}
{%- if tools %}{{ raise_exception('there are no tools here') }}{% endif %}
{%- for m in messages %}
<|im_start|>{{ m['role'] }}
{{ m.content }}<|im_end|>
{% endfor %}
{%- if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""

# Thoughts of earlier turns are cut; an empty thought is written ahead where thinking is switched off.
QWEN_3 = """\
{%- for m in messages %}
{%- set said = m.content.split('</think>')[-1].lstrip('\\n') if m.role == 'assistant' else m.content %}
<|im_start|>{{ m.role }}
{{ said }}<|im_end|>
{% endfor %}
{%- if add_generation_prompt %}<|im_start|>assistant
{% if enable_thinking is defined and enable_thinking is false %}<think>

</think>

{% endif %}{% endif %}"""

LLAMA_3 = """\
{{- bos_token }}
{%- set date = strftime_now('%d %b %Y') if strftime_now is defined else '26 Jul 2024' %}
{%- if messages[0]['role'] == 'system' %}
{%- set rules = messages[0]['content'] | trim %}{% set messages = messages[1:] %}
{%- else %}{% set rules = '' %}{% endif %}
{{- '<|start_header_id|>system<|end_header_id|>\\n\\nToday Date: ' + date + '\\n\\n' + rules + '<|eot_id|>' }}
{%- for m in messages %}
{{- '<|start_header_id|>' + m['role'] + '<|end_header_id|>\\n\\n' + m['content'] | trim + '<|eot_id|>' }}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}"""

# Knows no system turn and wants user and model in turn.
GEMMA_2 = """\
{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}
{%- for m in messages %}
{%- if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate') }}{% endif %}
{{- '<start_of_turn>' + ('model' if m['role'] == 'assistant' else m['role']) + '\\n' + m['content'] | trim }}
{{- '<end_of_turn>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}"""

# Puts the system text in front of the first question by itself.
GEMMA_3 = """\
{{ bos_token }}
{%- if messages[0]['role'] == 'system' %}
{%- set head = messages[0]['content'] + '\\n\\n' %}{% set rest = messages[1:] %}
{%- else %}{% set head = '' %}{% set rest = messages %}{% endif %}
{%- for m in rest %}
{{- '<start_of_turn>' + ('model' if m['role'] == 'assistant' else m['role']) + '\\n' + (head if loop.first else '') }}
{%- if m['content'] is string %}{{ m['content'] | trim }}{% else %}{{ raise_exception('only text') }}{% endif %}
{{- '<end_of_turn>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}"""

SMOLLM = """\
{% for m in messages %}{% if loop.first and messages[0]['role'] != 'system' %}
{{- '<|im_start|>system\\nA default.<|im_end|>\\n' }}{% endif %}
{{- '<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>' + '\\n' }}{% endfor %}
{%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"""

PHI = """\
{% for m in messages %}{% if m['role'] == 'system' and m['content'] %}
{{- '<|system|>\\n' + m['content'] + '<|end|>\\n' }}
{%- elif m['role'] == 'user' %}{{ '<|user|>\\n' + m['content'] + '<|end|>\\n' }}
{%- elif m['role'] == 'assistant' %}{{ '<|assistant|>\\n' + m['content'] + '<|end|>\\n' }}{% endif %}{% endfor %}
{%- if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% else %}{{ eos_token }}{% endif %}"""

GRANITE = """\
{%- if messages[0]['role'] == 'system' %}{% set rules = messages[0]['content'] %}{% set rest = messages[1:] %}
{%- else %}{% set rules = 'Today is ' + strftime_now('%B %d, %Y') + '.' %}{% set rest = messages %}{% endif %}
{{- '<|start_of_role|>system<|end_of_role|>' + rules + '<|end_of_text|>\\n' }}
{%- for m in rest %}
{{- '<|start_of_role|>' + m['role'] + '<|end_of_role|>' + m['content'] + '<|end_of_text|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<|start_of_role|>assistant<|end_of_role|>' }}{% endif %}"""


def chatml(tail: str = "") -> str:
    turns = "".join(f"<|im_start|>{role}\n{text}<|im_end|>\n" for role, text in TURNS)
    return f"{turns}<|im_start|>assistant\n{tail}"


FAMILIES = {
    "Qwen 2.5": (QWEN_2_5, chatml()),
    "Qwen 3": (QWEN_3, chatml("<think>\n\n</think>\n\n")),
    "Llama 3.x": (
        LLAMA_3,
        f"<s><|start_header_id|>system<|end_header_id|>\n\nToday Date: 21 Nov 2026\n\n{RULES}<|eot_id|>"
        f"<|start_header_id|>user<|end_header_id|>\n\n{FIRST}<|eot_id|>"
        f"<|start_header_id|>assistant<|end_header_id|>\n\n{SAID}<|eot_id|>"
        f"<|start_header_id|>user<|end_header_id|>\n\n{NEXT}<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\n",
    ),
    **{
        name: (
            template,
            f"<s><start_of_turn>user\n{RULES}\n\n{FIRST}<end_of_turn>\n<start_of_turn>model\n{SAID}<end_of_turn>\n"
            f"<start_of_turn>user\n{NEXT}<end_of_turn>\n<start_of_turn>model\n",
        )
        for name, template in (("Gemma 2", GEMMA_2), ("Gemma 3", GEMMA_3))
    },
    "SmolLM": (SMOLLM, chatml()),
    "Phi": (
        PHI,
        f"<|system|>\n{RULES}<|end|>\n<|user|>\n{FIRST}<|end|>\n<|assistant|>\n{SAID}<|end|>\n"
        f"<|user|>\n{NEXT}<|end|>\n<|assistant|>\n",
    ),
    "Granite": (
        GRANITE,
        f"<|start_of_role|>system<|end_of_role|>{RULES}<|end_of_text|>\n"
        f"<|start_of_role|>user<|end_of_role|>{FIRST}<|end_of_text|>\n"
        f"<|start_of_role|>assistant<|end_of_role|>{SAID}<|end_of_text|>\n"
        f"<|start_of_role|>user<|end_of_role|>{NEXT}<|end_of_text|>\n"
        "<|start_of_role|>assistant<|end_of_role|>",
    ),
}


def template(family: str) -> ChatTemplate:
    return ChatTemplate(FAMILIES[family][0], "<s>", "</s>", ["<|im_end|>", "<|eot_id|>"], lambda: NOW)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_conversation_reads_as_the_family_was_taught(family: str) -> None:
    assert template(family).render(TURNS) == FAMILIES[family][1]


@pytest.mark.parametrize("family", FAMILIES)
def test_what_a_class_shares_stays_the_same_text_whoever_asks(family: str) -> None:
    """The rules and the lesson are read once for all: no question may change what stands before it."""
    rendered = template(family)
    one, other = (rendered.render((("system", RULES), ("user", asked))) for asked in ("AAA?", "BBB?"))
    shared = one.index("AAA?")
    assert RULES in one[:shared] and one[:shared] == other[:shared]


@pytest.mark.parametrize("family", FAMILIES)
def test_the_rules_are_kept_when_only_a_question_follows(family: str) -> None:
    text = template(family).render((("system", RULES), ("user", FIRST)))
    assert RULES in text and FIRST in text and "default" not in text.lower()
