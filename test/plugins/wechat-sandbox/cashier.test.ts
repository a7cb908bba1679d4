import { sign } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { openPhone } from "../../support/held-phone.ts"
import { native } from "../../support/wechat-sandbox.ts"

const open = Effect.gen(function* () {
  const phone = yield* openPhone
  const order = (way: string, number: string, more: object) =>
    Effect.map(
      phone.call("POST", `/v3/pay/transactions/${way}`, { ...native(phone, number), ...more }),
      ({ json }) => json
    )
  const { appid, merchantPrivateKey } = phone.credentials
  /** What a page gives to the bridge. */
  const parameters = (prepayId: string, more: Record<string, string> = {}) => {
    const said = {
      appId: appid,
      timeStamp: "1795492800",
      nonceStr: "n0",
      package: `prepay_id=${prepayId}`,
      ...more
    }
    const lines = [said.appId, said.timeStamp, said.nonceStr, said.package]
    const text = lines.map((line) => `${line}\n`).join("")
    const paySign = sign("RSA-SHA256", Buffer.from(text), merchantPrivateKey).toString("base64")
    return { ...said, signType: "RSA", paySign }
  }
  const cashier = (query: Record<string, string>, as = phone.openid) =>
    phone.request(
      "GET",
      `/phone/cashier?${new URLSearchParams({ ...query, as })}`,
      Buffer.from(""),
      {}
    )
  return { ...phone, cashier, order, parameters }
})

describe("the phone's cashier", () => {
  it.effect(
    "opens for a page whose paySign is the merchant's, and tells it what became of it",
    () =>
      Effect.gen(function* () {
        const phone = yield* open
        const { openid } = phone
        const { prepay_id } = yield* phone.order("jsapi", "ORDER-0001", { payer: { openid } })
        const opened = yield* phone.cashier(phone.parameters(prepay_id))
        const at = opened.headers.location ?? ""
        assert.strictEqual(at, `/phone/cashier?scan=${prepay_id}`)
        const sheet = yield* phone.page(at)
        assert.include(sheet, "¥88.00")
        assert.notInclude(sheet, "data-result")

        const wrong = yield* phone.press("pay", {
          at,
          number: "ORDER-0001",
          result: "wrongpassword"
        })
        assert.notInclude(yield* phone.page(wrong.headers.location ?? ""), "data-result")
        const paid = yield* phone.press("pay", { at, number: "ORDER-0001", result: "paid" })
        assert.include(yield* phone.page(paid.headers.location ?? ""), `data-result="ok"`)
      })
  )

  it.effect("stays closed for what was altered, and for whom the order was not made", () =>
    Effect.gen(function* () {
      const phone = yield* open
      const { openid, silentOpenid } = phone
      const { prepay_id } = yield* phone.order("jsapi", "ORDER-0001", { payer: { openid } })
      const good = phone.parameters(prepay_id)
      for (const altered of [
        { ...good, nonceStr: "n1" },
        { ...good, paySign: "AAAA" },
        phone.parameters(prepay_id, { appId: "wx0000000000000000" }),
        phone.parameters("wx26112412000000000000000000000000000")
      ]) {
        const { text } = yield* phone.cashier(altered)
        assert.include(text, "支付验证签名失败")
        assert.include(text, `data-result="fail"`)
      }
      const at = `/phone/cashier?scan=${prepay_id}`
      const fields = { at, number: "ORDER-0001", result: "paid" }
      const other = yield* phone.press("pay", fields, silentOpenid)
      const told = yield* phone.page(other.headers.location ?? "", silentOpenid)
      assert.include(told, `data-result="fail"`)
      assert.include(told, "支付用户与下单用户不一致")
      assert.strictEqual((yield* phone.ledgerOf("ORDER-0001")).tradeState, "NOTPAY")
    })
  )

  it.effect("lies behind WeChat's page for browsers, which wants a merchant's page before it", () =>
    Effect.gen(function* () {
      const phone = yield* open
      const scene_info = { payer_client_ip: "203.0.113.7", h5_info: { type: "iOS" } }
      const { h5_url } = yield* phone.order("h5", "ORDER-0001", { scene_info })
      const back = "https://shop.example/pay/1?a=b"
      const path = `${new URL(h5_url).pathname}${new URL(h5_url).search}`
      const target = `${path}&redirect_url=${encodeURIComponent(back)}`
      const visit = (headers: Record<string, string>) =>
        phone.request("GET", target, Buffer.from(""), headers)
      assert.include((yield* visit({})).text, "商家参数格式有误")
      const page = yield* visit({ referer: "https://shop.example/" })
      const [, sheet = ""] = /href="(\/phone\/cashier[^"]*)"/.exec(page.text) ?? []
      const at = sheet.replaceAll("&amp;", "&")
      assert.include(yield* phone.page(at), "¥88.00")
      const paid = yield* phone.press("pay", { at, number: "ORDER-0001", result: "paid" })
      const last = yield* phone.request("GET", paid.headers.location ?? "", Buffer.from(""), {})
      assert.strictEqual(last.headers.location, back)

      const { h5_url: second } = yield* phone.order("h5", "ORDER-0002", { scene_info })
      yield* phone.control("POST", "/clock", { advance: "6 minutes" })
      const old = new URL(second)
      const late = yield* phone.request("GET", `${old.pathname}${old.search}`, Buffer.from(""), {
        referer: "https://shop.example/"
      })
      assert.include(late.text, "支付链接已失效")
    })
  )
})
