"""Invented entries for the demonstration: project names by track, organisations, and short plausible answers.

Every organisation carries 示例 (example) in its name and a code of the right form that no register has issued.
"""

from stdnum.cn import uscc

#: Track number of Hubei 2024 → project names; the n-th is entered for the n-th topic, wrapping round.
TITLES = {
    1: ("注塑工艺参数与能耗协同优化", "装备全生命周期数据服务平台", "汽车零部件供应链协同制造"),
    2: ("中小商户进销存与消费热度联动", "即时零售选址与备货数据服务", "跨境电商订单与物流数据贯通"),
    3: ("长江中游航道与港口数据协同调度", "铁水联运货物状态一单到底", "危险品运输车辆动态风险预警"),
    4: ("涉农主体信用画像与普惠授信", "科创企业专利与现金流联合评价", "供应链票据真实性数据核验"),
    5: ("文物数字资源授权与再创作", "景区客流与交通联动预测", "非遗工坊产品溯源与推介"),
    6: ("县域胸痛急救时空数据融合", "检验检查结果跨院互认", "慢阻肺居家监测与分级随访"),
    7: ("燃气管网物联感知与联动处置", "一老一小服务供需数据匹配", "内涝点位雨情与管网联合研判"),
    8: ("柑橘产业产销对接与价格预警", "水稻病虫害遥感与植保联动", "小龙虾养殖溶氧与投喂决策"),
}
CITIES = ("武汉", "宜昌", "襄阳", "荆州", "黄石", "十堰", "孝感", "黄冈", "咸宁", "随州", "恩施", "鄂州")
FIELDS = {1: "智造", 2: "商贸", 3: "航运", 4: "信用", 5: "文旅", 6: "健康", 7: "城运", 8: "农业"}
TRADE_NAMES = (
    "启远嘉瑞恒华盛泰安博宏晟锦鼎旭凯翔腾卓朗颂睿信汇德正和荣昌隆",
    "明诚达源通创联科兴航宁泽润景澜洲川岳峰林松柏桥帆程策衡维思辰",
)
SURNAMES = "赵钱孙李吴郑王冯褚卫蒋韩杨朱秦尤许何吕施张孔曹华金魏陶姜"
GIVEN = ("明", "宁", "佳", "桐", "帆", "岚", "越", "清", "洋", "颖", "睿", "涵")

#: Numbers of the entries that can be opened as the demonstration's captain.
SHOWN, CAPTAINS = 0, 6
#: What all others answer.
PARAGRAPH = (
    "项目面向{place}的实际业务，汇聚{field}领域的业务、设备与外部公共数据，按最小必要原则授权使用。"
    "上线以来，人工核对环节减少，关键指标逐月改善，前后对比数据见佐证材料。"
    "数据不出本单位机房，联合计算只返回结果，过程留痕、可供核验。"
)

#: What is answered, by the key of the question; fitted to its limit. A question that is not here gets `OTHERWISE`.
ANSWERS = {
    "summary": (
        "“{title}”面向{place}的{field}业务，把分散在各单位的业务、设备与公共数据按需贯通，"
        "让一线人员在原有系统里就能看到预测与处置建议。项目已在{place}12个点位运行，"
        "人工核对环节由5道减为2道，关键指标逐月改善，前后对比数据见佐证材料。"
    ),
    "scene": "{place}{field}一线的日常调度与预警：数据到达后自动比对，发现异常即推送给当班人员，由人确认后处置。",
    "data_overview": "本单位业务系统、12个点位的设备采集数据，以及依法授权使用的公共数据；以结构化数据为主，每日更新。",
    "results": "服务{place}12家单位的当班人员与管理者。单次处置用时缩短约30%，漏报明显减少。",
    "organisation_intro": (
        "{organisation}从事{field}领域的数据采集、治理与应用，现有技术人员50余人，设有专门的数据管理岗位。"
    ),
    "core_capability": "具备多源数据接入、质量检核与模型运维能力，自主开发的比对引擎已稳定运行两年，获软件著作权2项。",
    "background": (
        "{place}的{field}业务涉及多个单位，数据各存一处、口径不一，出现问题时主要靠电话核对，"
        "平均需要5个环节才能定位原因。业务量逐年增加，人工方式已难以为继。"
    ),
    "scenario": (
        "当班人员登录原有系统，即可看到当日的风险提示与处置建议；确认后自动生成工单并流转至责任单位，"
        "办结情况回写，供次日复盘。目前覆盖{place}12个点位。"
    ),
    "advantages": (
        "一是不改变一线人员的工作习惯，建议直接出现在原有系统中；二是每条建议都附依据，可追溯、可复核；"
        "三是部署轻量，新增一个点位只需两天，适合在县区推广。"
    ),
    "data_foundation": (
        "共接入三类数据：业务系统记录、点位设备采集数据和授权使用的公共数据。各类数据按统一编码逐条对齐，"
        "缺失与异常每日检核并形成记录，近三个月对齐率保持在95%以上。"
    ),
    "technical_route": (
        "先用规则库覆盖明确的业务约束，再以历史数据训练预测模型；模型每季度复核一次，达不到既定准确率即退回规则。"
        "系统以服务方式部署在本单位机房，与原有系统通过标准接口对接。"
    ),
    "data_governance": (
        "制定数据目录与分级分类清单，明确每一类数据的责任人和使用范围；入库前自动检核完整性、唯一性与及时性，"
        "问题数据退回来源单位更正，过程全部留痕。"
    ),
    "mechanism": (
        "与12家数据提供单位签订协议，按调用次数和贡献分配收益；数据可用不可见，使用情况按月向提供方公开，"
        "提供方可以随时收回授权。"
    ),
    "security": (
        "数据不出本单位机房，联合计算只返回结果；个人信息在采集端去标识化，按最小必要原则授权使用。"
        "系统已完成等级保护备案，每年开展一次应急演练。"
    ),
    "benefits": (
        "运行一年来，单次处置用时缩短约30%，每年减少重复核对约500人次；"
        "社会效益方面，群众等候时间缩短，跨单位协同由“事后沟通”变为“事前提示”。"
    ),
    "replicability": (
        "数据接口、编码规则与规则库均可复用，已编写部署手册。{place}周边两个县区正在试用，"
        "条件相近的地区约需一个月即可上线。"
    ),
    "data_licence": "示例登记字〔2026〕第{serial}号",
}
OTHERWISE = "本项目在{place}的{field}业务中已有实际应用，具体情况见佐证材料。"

#: Two invented entries of which the later has taken over most of the earlier: by key of the question, what the first
#: says and what became of it. They show what a possible duplicate looks like.
COPIED_TITLES = ("慢性病长处方用药数据协同与预警", "县域慢病用药数据融合与风险预警")
COPIED = {
    "background": (
        "县域慢性病患者多在基层取药、在上级医院调方，两处记录互不相通。近三年抽查的长处方中，约两成存在重复开药或"
        "剂量不符，基层药师需要逐张电话核对，平均一张处方耗时十七分钟，患者往返取药的负担也因此加重。",
        "县域慢性病患者多在基层取药、在上级医院调方，两处记录互不相通。近三年抽查的长处方中，约两成存在重复开药或"
        "剂量不符，基层药师需要逐张电话核对，平均一张处方耗时十七分钟，患者往返取药的负担也因此加重。",
    ),
    "scenario": (
        "医生开具长处方时，系统即时比对患者九十天内在县、乡两级的取药记录，提示重复用药、相互作用和剂量异常；药师"
        "在发药窗口看到同一份提示与处理意见，患者在手机上收到下次取药的时间与地点。",
        "本项目建设县域药品供应看板，按周汇总各乡镇卫生院的药品库存与缺货登记，由县医院药剂科统一调剂，减少基层"
        "断药，并为集中采购提供用量依据。",
    ),
    "data_foundation": (
        "项目汇聚县人民医院、二十三家乡镇卫生院的处方与发药记录四百一十万条，医保结算明细九十六万条，药品目录与说明书"
        "一万二千份。处方与结算按就诊流水号逐条对齐，对齐率百分之九十七点四；药品名称统一到国家医保编码，"
        "无法归一的三千余条由两名药师背靠背标注，一致率百分之九十五。全部数据在县域医共体机房内处理，不出域。",
        "项目汇聚县人民医院、十九家乡镇卫生院的处方与发药记录三百八十万条，医保结算明细九十六万条，药品目录与说明书"
        "一万二千份。处方与结算按就诊流水号逐条对齐，对齐率百分之九十七点四；药品名称统一到国家医保编码，"
        "无法归一的三千余条由两名药师背靠背标注，一致率百分之九十五。全部数据在县域医共体机房内处理，不出域。",
    ),
    "technical_route": (
        "先以规则库覆盖说明书中明确的禁忌与极量，再以梯度提升树预测未来三十天断药与不良反应的风险，特征只取处方、"
        "取药间隔与检验结果三类。模型每季度以前一季度数据复核，召回率低于百分之八十五即停用并退回规则。"
        "每一条提示都给出依据的条文或前三项特征，医生可以一键忽略并写明原因，忽略的理由进入下一轮复核。",
        "先以规则库覆盖说明书中明确的禁忌与极量，再以梯度提升树预测未来三十天断药与不良反应的风险，特征只取处方、"
        "取药间隔与检验结果三类。模型每季度以前一季度数据复核，召回率低于百分之八十五即停用并退回规则。"
        "每一条提示都给出依据的条文或前三项特征，医生可以一键忽略并写明原因，忽略的理由进入下一轮复核。",
    ),
    "benefits": (
        "上线十四个月，处方核对时间由十七分钟降至四分钟，重复开药率由百分之二十一降至百分之六，患者年均往返减少三点二次。"
        "县医保基金慢病用药支出同比下降百分之八，节约的费用用于扩大长处方病种。",
        "上线一年，缺货登记由每周六十余次降至九次，基层药品周转天数缩短五天。县医保基金慢病用药支出同比下降百分之八，"
        "节约的费用用于扩大长处方病种。",
    ),
}
COPIED_PHONE = "0717-0000126"


def person_name(number: int) -> str:
    """The n-th invented name."""
    return SURNAMES[number % len(SURNAMES)] + GIVEN[(number // len(SURNAMES)) % len(GIVEN)]


def organisation_name(track: int, number: int) -> str:
    """The n-th invented organisation of a track."""
    kind = ("数据有限公司", "科技有限公司", "信息服务中心")[number % 3]
    return f"{CITIES[number % len(CITIES)]}示例{_trade_name(number)}{FIELDS.get(track, '数据')}{kind}"


def _trade_name(number: int) -> str:
    """启明, 远明 …: none for the first of each town; after those of two characters, some of three."""
    place = number // len(CITIES) - 1
    if place < 0:
        return ""
    first, second = TRADE_NAMES
    rest, start = divmod(place, len(first))
    rest, middle = divmod(rest, len(second))
    return first[start] + second[middle] + (second[rest - 1] if rest else "")


def organisation_code(number: int) -> str:
    """A code with the right check digit: Hubei, enterprise, serial number in a range that is not issued."""
    body = f"9142{9900:04d}{number:09d}"
    return body + str(uscc.calc_check_digit(body))


def answer(key: str, *, title: str, organisation: str, track: int, number: int, limit: int | None) -> str:
    """What this entry answers to the question with this key: a few sentences, within the field's limit.

    The captain's two entries have an answer for each question. The crowd repeats one paragraph: longer texts that differ in
    names alone would make all of them possible duplicates.
    """
    template = ANSWERS.get(key, OTHERWISE) if number in (SHOWN, CAPTAINS) else PARAGRAPH
    text = template.format(
        title=title,
        organisation=organisation,
        place=CITIES[number % len(CITIES)],
        field=FIELDS.get(track, "数据"),
        serial=f"{number + 1:04d}",
    )
    return text[: limit or len(text)]


def pdf(*lines: str) -> bytes:
    """A one-page PDF that shows a few lines of Latin text: whole and valid, about one kilobyte."""
    words = b"".join(b"(%s) Tj T* " % line.encode("latin-1", "replace").translate(None, b"()\\") for line in lines)
    stream = b"BT /F1 14 Tf 18 TL 72 760 Td " + words + b"ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    )
    body = b"%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return body + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, table, len(objects) + 1, len(body))
    )
