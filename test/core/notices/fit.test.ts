import { assert, describe, it } from "@effect/vitest"
import type { FieldType, FieldValue } from "../../../core/notices/fields.ts"
import { written } from "../../../core/notices/fields.ts"
import { fitTo } from "../../../core/notices/fit.ts"
import { misfits, notice } from "../../../core/notices/notice.ts"
import { yuan } from "../../../core/values/money.ts"
import { seen, wrongWord } from "../../../plugins/wechat-sandbox/platform/template-fields.ts"

/** What goes in, and what comes out: nothing, where no true text can be made of it. */
const rows: ReadonlyArray<readonly [FieldType, FieldValue, string | undefined]> = [
  ["thing", "拿铁 x2", "拿铁 x2"],
  ["thing", "一".repeat(20), "一".repeat(20)],
  ["thing", "一".repeat(21), `${"一".repeat(19)}…`],
  ["thing", "第一行\r\n第二行", "第一行 第二行"],
  ["thing", "咖啡☕️加奶🥛👨‍👩‍👧", "咖啡加奶"],
  ["thing", "🎉🎊", "-"],
  ["thing", "   ", "-"],
  ["thing", "e\u0301".repeat(12), `${"e\u0301".repeat(9)}…`],
  ["thing", "零\u200b宽\u0007", "零宽"],
  ["thing", "x\ud800y", "x\ufffdy"],
  ["number", 3, "3"],
  ["number", "-12.50", "-12.50"],
  ["number", "1,200 件", "1200"],
  ["number", "1".repeat(32), "1".repeat(32)],
  ["number", "1".repeat(33), undefined],
  ["number", Number.NaN, undefined],
  ["number", 1e21, undefined],
  ["letter", "Boarding Gate", "BoardingGate"],
  ["letter", "x".repeat(33), "x".repeat(32)],
  ["letter", "一二", "NA"],
  ["symbol", "*** a", "***"],
  ["symbol", "", "-"],
  ["symbol", "%%%%%%", "%%%%%"],
  ["character_string", "NO-2024/0001", "NO-2024/0001"],
  ["character_string", "单号NO1", "NO1"],
  ["character_string", "7".repeat(33), `${"7".repeat(31)}…`],
  ["character_string", "单号", "-"],
  ["time", Date.UTC(2024, 4, 6, 7, 1), "2024年5月6日 15:01"],
  ["time", "15:01", "15:01"],
  ["time", "24:00", undefined],
  ["time", "明天下午", undefined],
  [
    "time",
    { from: Date.UTC(2024, 11, 31, 15, 0), to: Date.UTC(2024, 11, 31, 16, 30) },
    "2024年12月31日 23:00~2025年1月1日 00:30"
  ],
  ["date", Date.UTC(2024, 4, 5, 16, 0), "2024年5月6日"],
  ["date", "2024-05-06", "2024-05-06"],
  ["date", "5月6日", undefined],
  ["amount", yuan("12.50"), "¥12.50"],
  ["amount", yuan("0"), "¥0.00"],
  ["amount", yuan("9999999999.99"), "¥9999999999.99"],
  ["amount", yuan("10000000000"), undefined],
  ["phone_number", "020-8888 6666", "020-88886666"],
  ["phone_number", "+86 (20) 8888-6666", "+86(20)8888-6666"],
  ["phone_number", "8888-6666 转 123", "-"],
  ["phone_number", "138****0000", "138****0000"],
  ["phone_number", "无", "-"],
  ["car_number", "粤B·D12345", "粤BD12345"],
  ["car_number", "粤Z1234港", "粤Z1234港"],
  ["car_number", "粤B123456789", undefined],
  ["car_number", "", undefined],
  ["name", "张三", "张三"],
  ["name", "一".repeat(11), "一".repeat(10)],
  ["name", "x".repeat(21), "x".repeat(20)],
  ["name", `${"x".repeat(15)}张`, "x".repeat(10)],
  ["name", "张3", "张"],
  ["name", "😀", "无"],
  ["phrase", "待取餐", "待取餐"],
  ["phrase", "已经准备好了", "已经准备好"],
  ["phrase", "ok", "无"],
  ["const", "已发货", "已发货"],
  ["const", "", undefined]
]

describe("a field of a notice", () => {
  it.each(rows)("%s says %j as %j", (type, value, text) => {
    const fitted = fitTo(type, written(type, value))
    assert.strictEqual(fitted?.text, text)
    if (text === undefined) return
    const data = { [`${type}1`]: { value: text } }
    const content = `栏:{{${type}1.DATA}}`
    assert.isUndefined(wrongWord(content, data), "WeChat takes it")
    assert.deepStrictEqual(seen(content, data), [{ name: "栏", value: text }], "and shows it all")
  })

  it("says in tests what was not said as it was meant", () => {
    const paid = notice("paid", {
      purpose: "transactional",
      title: "支付成功通知",
      why: "The receipt of what they paid",
      fields: { what: "thing 商品", till: "letter 收银台", rows: "number 件数", note: "thing 备注" }
    })
    assert.deepStrictEqual(misfits(paid, { what: "拿铁", till: "A", rows: 2, note: "少冰" }), [])
    assert.deepStrictEqual(
      misfits(paid, { what: "一".repeat(21), till: "A2", rows: "两", note: "" }),
      ["what: cut", "till: characters", "rows: not of its type", "note: empty"]
    )
  })
})
