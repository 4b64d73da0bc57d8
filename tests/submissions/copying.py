"""Texts that nobody wrote, and copies of them; entries that say them."""

import random
from typing import Any

from submissions.actions import Typed, save_answers, upload_file
from submissions.draft import load_draft
from submissions.models import Entry
from submissions.values import seen_mark
from tests.competition.factories import NOW
from tests.submissions.factories import fill, fresh, make_entry, submit
from tests.submissions.files import upload

CHARACTERS = (
    "数据要素航道港口船舶货物联合优化泊位计划成效有据可查汇聚业务设备公共授权使用模型预测调度平台安全合规治理质量提升"
    "企业农业医疗金融交通文旅气象应急城市制造科技创新绿色低碳信用监管服务共享流通交易场景价值示范推广标准体系机制路径"
)


def paragraph(chance: random.Random, length: int = 200) -> str:
    """Characters in an order that does not come twice, with a stop now and then."""
    text = "".join(chance.choice(CHARACTERS) for _turn in range(length))
    return "，".join(text[place : place + 23] for place in range(0, length, 23)) + "。"


def paragraphs(seed: int | str, count: int = 10, length: int = 200) -> list[str]:
    chance = random.Random(seed)
    return [paragraph(chance, length) for _turn in range(count)]


def make_entry_saying(text: str, topic: Any = None, *, file: bytes | None = None, **fields: Any) -> Entry:
    """A submitted entry whose long answer is this text, and whose evidence is this file."""
    entry = make_entry(topic, **fields)
    say(entry, text, file=file)
    fill(entry, title="某个项目")
    submit(entry)
    return fresh(entry)


def say(entry: Entry, text: str, *, key: str = "foundation", file: bytes | None = None) -> None:
    """The draft's long answer, or that to another question, is this text now."""
    captain = entry.team.captain
    draft = load_draft(fresh(entry))
    question = next(one for page in draft.pages for one in page.questions if one.field.key == key)
    typed = Typed(question=question.field, value=text, is_good=True, seen=seen_mark(question.revision, question.value))
    save_answers(actor=captain, entry=entry, section=question.field.section, typed=[typed], now=NOW)
    if file is not None:
        place = draft.files[0]
        replaces = place.upload.public_id if place.upload else ""
        upload_file(actor=captain, entry=entry, wanted=place.wanted, file=upload(file), replaces=replaces, now=NOW)
