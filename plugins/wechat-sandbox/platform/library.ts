/** A template of WeChat's library: what may be told, each word with its type. */
export interface LibraryEntry {
  /** `tid` of subscription templates, `template_id_short` of the others. */
  readonly id: string
  readonly title: string
  readonly category: { readonly id: number; readonly name: string }
  /** By `kid`, counted from 1. */
  readonly keywords: ReadonlyArray<readonly [name: string, type: string, example: string]>
  /** From before 2023: its words are named `keyword1` and are of no type. */
  readonly isOld?: true
}

const shop = { id: 307, name: "线下零售" }
const police = { id: 616, name: "交通管理" }
const airline = { id: 611, name: "航空" }
const online = { id: 346, name: "电商平台" }

const number = "CH20261124000173"
const moment = "2026-11-24 12:00"

export const library: ReadonlyArray<LibraryEntry> = [
  {
    id: "43216",
    title: "订单支付成功通知",
    category: shop,
    keywords: [
      ["单号", "character_string", number],
      ["支付金额", "amount", "¥128.50"],
      ["支付时间", "time", moment],
      ["商品名称", "thing", "拿铁 x2"],
      ["支付门店", "thing", "人民路店"],
      ["手机号", "phone_number", "138****0000"]
    ]
  },
  {
    id: "48277",
    title: "退款成功通知",
    category: shop,
    keywords: [
      ["退款单号", "character_string", number],
      ["退款金额", "amount", "¥12.50"],
      ["退款时间", "time", moment],
      ["退款原因", "thing", "商品缺货"]
    ]
  },
  {
    id: "47012",
    title: "交通违法缴款成功通知",
    category: police,
    keywords: [
      ["车牌号", "car_number", "粤A12345"],
      ["决定书编号", "character_string", "4401001234567890"],
      ["缴款金额", "amount", "200元"],
      ["缴款时间", "time", moment],
      ["违法地点", "thing", "天河路体育西路口"]
    ]
  },
  {
    id: "45893",
    title: "航班动态提醒",
    category: airline,
    keywords: [
      ["航班号", "character_string", "WR7301"],
      ["航段", "thing", "广州-北京"],
      ["起飞时间", "time", moment],
      ["航班状态", "phrase", "已延误"],
      ["乘机人", "name", "林小雨"],
      ["登机日期", "date", "2026年11月24日"]
    ]
  },
  {
    id: "46510",
    title: "订单发货提醒",
    category: online,
    keywords: [
      ["订单号", "character_string", number],
      ["快递公司", "thing", "顺丰速运"],
      ["快递单号", "character_string", "SF1234567890"],
      ["发货时间", "time", moment],
      ["件数", "number", "2"]
    ]
  },
  {
    id: "44105",
    title: "抢购结果通知",
    category: online,
    keywords: [
      ["商品名称", "thing", "限量保温杯"],
      ["抢购结果", "phrase", "抢购成功"],
      ["数量", "number", "1"],
      ["支付截止", "time", moment]
    ]
  },
  {
    id: "OPENTM410492215",
    title: "订单支付成功",
    category: online,
    isOld: true,
    keywords: [
      ["订单编号", "keyword", number],
      ["支付金额", "keyword", "128.50元"],
      ["支付时间", "keyword", moment]
    ]
  }
]

export const entryBy = (id: string) => library.find((entry) => entry.id === id)

/** The lines of a template: which words, by `kid`, and what fills them. */
export const contentOf = (
  { isOld, keywords }: LibraryEntry,
  kids: ReadonlyArray<number>
): { readonly content: string; readonly example: string } => {
  const words = kids.flatMap((kid) => {
    const word = keywords[kid - 1]
    return word === undefined ? [] : [{ kid, name: word[0], type: word[1], example: word[2] }]
  })
  const lines = words.map(({ kid, name, type }) => `${name}:{{${type}${kid}.DATA}}`)
  return {
    content: (isOld ? ["{{first.DATA}}", ...lines, "{{remark.DATA}}"] : lines).join("\n"),
    example: words.map(({ example, name }) => `${name}:${example}`).join("\n")
  }
}

const industry = (first: string, ...seconds: ReadonlyArray<string>) =>
  seconds.map((second) => ({ first_class: first, second_class: second }))

/** 行业 by number, from 1. */
export const industries = [
  ...industry("IT科技", "互联网|电子商务", "IT软件与服务", "IT硬件与设备", "电子技术"),
  ...industry("IT科技", "通信与运营商", "网络游戏"),
  ...industry("金融业", "银行", "基金|理财|信托", "保险"),
  ...industry("餐饮", "餐饮"),
  ...industry("酒店旅游", "酒店", "旅游"),
  ...industry("运输与仓储", "快递", "物流", "仓储"),
  ...industry("教育", "培训", "院校"),
  ...industry("政府与公共事业", "学术科研", "交警", "博物馆", "公共事业|非盈利机构"),
  ...industry("医药护理", "医药医疗", "护理美容", "保健与卫生"),
  ...industry("交通工具", "汽车相关", "摩托车相关", "火车相关", "飞机相关"),
  ...industry("房地产", "建筑", "物业"),
  ...industry("消费品", "消费品"),
  ...industry("商业服务", "法律", "会展", "中介服务", "认证", "审计"),
  ...industry("文体娱乐", "传媒", "体育", "娱乐休闲", "印刷"),
  ...industry("其它", "其它")
]
