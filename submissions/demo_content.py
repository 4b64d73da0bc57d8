"""Invented entries for the demonstration: project names by track, organisations, and short plausible texts.

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

#: Answers by a field's position in its section; fitted to its limit.
PARAGRAPH = (
    "项目面向{place}的实际业务，汇聚{field}领域的业务、设备与外部公共数据，按最小必要原则授权使用。"
    "上线以来，人工核对环节减少，关键指标逐月改善，前后对比数据见佐证材料。"
    "数据不出本单位机房，联合计算只返回结果，过程留痕、可供核验。"
)

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


def paragraph(*, track: int, number: int, limit: int | None) -> str:
    """An answer of a few sentences, within the field's limit."""
    text = PARAGRAPH.format(place=CITIES[number % len(CITIES)], field=FIELDS.get(track, "数据"))
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
