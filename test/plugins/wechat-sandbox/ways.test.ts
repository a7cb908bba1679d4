import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { codeFor, codepay, native, openSandbox, refund } from "../../support/wechat-sandbox.ts"

const paths = { direct: "/v3/pay/transactions", partner: "/v3/pay/partner/transactions" }
const scene_info = { payer_client_ip: "203.0.113.7", h5_info: { type: "iOS" } }

const open = Effect.gen(function* () {
  const wechat = yield* openSandbox()
  const { mchid, openid, partnerAppid, partnerMchid, subAppid, subMchid } = wechat.credentials
  const users = (yield* wechat.control("GET", "/control/users")).json.users
  const somebody = users.find((user: { openid: string }) => user.openid === openid)
  const { appid: _, mchid: __, ...rest } = native(wechat, "")
  const both = { sp_mchid: partnerMchid, sub_mchid: subMchid }
  const as = { mchid: partnerMchid }
  return {
    ...wechat,
    both,
    as,
    /** What somebody is called at an account. */
    openidAt: (appid: string): string => somebody.openids[appid],
    order: (way: string, number: string, more: object = {}) =>
      wechat.call("POST", `${paths.direct}/${way}`, { ...native(wechat, number), ...more }),
    /** As the partner, for its sub-merchant. */
    sold: (way: string, number: string, more: object = {}) => {
      const order = { ...rest, ...both, sp_appid: partnerAppid, out_trade_no: number, ...more }
      return wechat.call("POST", `${paths.partner}/${way}`, order, as)
    },
    subAppid,
    query: (number: string) =>
      Effect.map(
        wechat.call("GET", `${paths.direct}/out-trade-no/${number}?mchid=${mchid}`),
        ({ json }) => json
      ),
    payer: (fields: object) => wechat.control("POST", "/control/pay", fields)
  }
})

describe("an order", () => {
  it.effect.each([
    ["jsapi", "prepay_id", /^wx261124120000[0-9a-f]{22}$/, "JSAPI"],
    ["app", "prepay_id", /^wx261124120000[0-9a-f]{22}$/, "APP"],
    ["h5", "h5_url", /^http:\/\/127.0.0.1:3003\/cgi-bin\/.*prepay_id=wx/, "MWEB"]
  ] as const)("of %s is found by its %s and paid", ([way, name, form, type]) =>
    Effect.gen(function* () {
      const shop = yield* open
      const { openid } = shop.credentials
      const more = { jsapi: { payer: { openid } }, h5: { scene_info }, app: {} }[way]
      const { json, status } = yield* shop.order(way, "ORDER-0001", more)
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(Object.keys(json), [name])
      assert.match(json[name], form)
      yield* shop.payer({ prepayId: json[name], openid })
      const paid = yield* shop.query("ORDER-0001")
      assert.deepStrictEqual(
        [paid.trade_state, paid.trade_type, paid.payer],
        ["SUCCESS", type, { openid }]
      )
    })
  )

  it.effect("of a page is its payer's alone, who is known at its very account", () =>
    Effect.gen(function* () {
      const shop = yield* open
      const { miniAppid, openid, silentOpenid } = shop.credentials
      const mini = shop.openidAt(miniAppid)
      for (const [number, payer] of [
        ["ORDER-0001", mini],
        ["ORDER-0002", "oNobody"]
      ] as const) {
        const refused = yield* shop.order("jsapi", number, { payer: { openid: payer } })
        assert.deepStrictEqual([refused.status, refused.json.code], [500, "OPENID_MISMATCH"])
        assert.isUndefined(yield* shop.ledgerOf(number))
      }
      const order = { appid: miniAppid, payer: { openid: mini } }
      const { json } = yield* shop.order("jsapi", "ORDER-0003", order)
      const other = yield* shop.payer({ prepayId: json.prepay_id, openid: silentOpenid })
      assert.strictEqual(other.status, 409)
      // The same person, by what the service account calls them.
      yield* shop.payer({ prepayId: json.prepay_id, openid })
      assert.deepStrictEqual((yield* shop.query("ORDER-0003")).payer, { openid: mini })
    })
  )

  it.effect("is left by a payer who cancels or mistypes, and taken up again", () =>
    Effect.gen(function* () {
      const shop = yield* open
      const { json } = yield* shop.order("h5", "ORDER-0001", { scene_info })
      for (const result of ["cancel", "wrongpassword", "notenough"])
        assert.strictEqual((yield* shop.payer({ prepayId: json.h5_url, result })).status, 200)
      assert.strictEqual((yield* shop.query("ORDER-0001")).trade_state, "NOTPAY")
      yield* shop.payer({ prepayId: json.h5_url })
      assert.strictEqual((yield* shop.query("ORDER-0001")).trade_state, "SUCCESS")
    })
  )

  it.effect("of a browser is found for five minutes, of an app for two hours; then anew", () =>
    Effect.gen(function* () {
      const shop = yield* open
      const h5 = yield* shop.order("h5", "ORDER-0001", { scene_info })
      const app = yield* shop.order("app", "ORDER-0002")
      yield* TestClock.adjust("6 minutes")
      assert.strictEqual((yield* shop.payer({ prepayId: h5.json.h5_url })).status, 409)
      const again = yield* shop.order("h5", "ORDER-0001", { scene_info })
      assert.strictEqual((yield* shop.payer({ prepayId: h5.json.h5_url })).status, 404)
      assert.strictEqual((yield* shop.payer({ prepayId: again.json.h5_url })).status, 200)
      yield* TestClock.adjust("2 hours")
      assert.strictEqual((yield* shop.payer({ prepayId: app.json.prepay_id })).status, 409)
    })
  )

  it.effect.each([
    ["jsapi", {}, "/payer", "此字段为必填项"],
    ["h5", {}, "/scene_info", "此字段为必填项"],
    ["h5", { scene_info: { payer_client_ip: "1.2.3.4" } }, "/scene_info/h5_info", "此字段为必填项"],
    ["app", { amount: { total: 0, currency: "CNY" } }, "/amount/total", "值低于最小值 1"],
    ["app", { time_expire: "tomorrow" }, "/time_expire", "字符串必须匹配"]
  ] as const)("of %s with %o is refused at %s", ([way, more, field, issue]) =>
    Effect.gen(function* () {
      const shop = yield* open
      const { json, status } = yield* shop.order(way, "ORDER-0001", more)
      assert.deepStrictEqual([status, json.code, json.detail.field], [400, "PARAM_ERROR", field])
      assert.include(json.detail.issue, issue)
      assert.isUndefined(yield* shop.ledgerOf("ORDER-0001"))
    })
  )

  it.effect("has no field of another way, and no other way under its number", () =>
    Effect.gen(function* () {
      const shop = yield* open
      const { openid } = shop.credentials
      const unknown = yield* shop.order("native", "ORDER-0001", { payer: { openid } })
      assert.deepStrictEqual(unknown.json.detail.value, ["/body/payer"])
      const sub = yield* shop.order("app", "ORDER-0001", { sub_mchid: "1900067890" })
      assert.deepStrictEqual(sub.json.detail.value, ["/body/sub_mchid"])
      yield* shop.order("app", "ORDER-0001")
      const other = yield* shop.order("native", "ORDER-0001")
      assert.match(other.json.message, /201 商户订单号重复/)
    })
  )
})

describe("a partner", () => {
  it.effect("sells for its merchant, at its own account or theirs", () =>
    Effect.gen(function* () {
      const shop = yield* open
      const { both, subAppid } = shop
      const { openid, partnerAppid } = shop.credentials
      const own = yield* shop.sold("jsapi", "ORDER-0001", { payer: { sp_openid: openid } })
      const sub_openid = shop.openidAt(subAppid)
      const theirs = { sub_appid: subAppid, payer: { sub_openid } }
      const sub = yield* shop.sold("jsapi", "ORDER-0002", theirs)
      yield* shop.payer({ prepayId: own.json.prepay_id })
      yield* shop.payer({ prepayId: sub.json.prepay_id })
      const query = new URLSearchParams(both)
      const seen = (number: string) =>
        Effect.map(
          shop.call("GET", `${paths.partner}/out-trade-no/${number}?${query}`, undefined, shop.as),
          ({ json }) => json
        )
      const about = { ...both, sp_appid: partnerAppid, trade_state: "SUCCESS" }
      const first = yield* seen("ORDER-0001")
      assert.deepInclude(first, { ...about, payer: { sp_openid: openid } })
      assert.notProperty(first, "mchid")
      assert.deepInclude(yield* seen("ORDER-0002"), {
        ...about,
        sub_appid: subAppid,
        payer: { sub_openid }
      })
      assert.deepInclude(yield* shop.ledgerOf("ORDER-0002"), {
        mchid: both.sub_mchid,
        partner: both.sp_mchid,
        appid: subAppid
      })
    })
  )

  it.effect("closes, reverses and gives back for whom it sold, and for nobody else", () =>
    Effect.gen(function* () {
      const shop = yield* open
      const { as, both } = shop
      const post = (path: string, body: object) => shop.call("POST", path, body, as)
      yield* shop.sold("native", "ORDER-0001")
      const close = `${paths.partner}/out-trade-no/ORDER-0001/close`
      const stranger = yield* post(close, { ...both, sub_mchid: "1900067891" })
      assert.deepStrictEqual([stranger.status, stranger.json.code], [403, "NO_AUTH"])
      assert.match(stranger.headers["request-id"] ?? "", /-268443701$/)
      assert.strictEqual((yield* post(close, both)).status, 204)

      const authCode = yield* codeFor(shop, "paid")
      const { appid: sp_appid, mchid: _, ...sale } = codepay(shop, "ORDER-0002", authCode)
      yield* post(`${paths.partner}/codepay`, { ...sale, ...both, sp_appid })
      yield* shop.control("PUT", "/control/settings", { earlyReversal: true })
      const undo = `${paths.partner}/out-trade-no/ORDER-0002/reverse`
      assert.strictEqual((yield* post(undo, { ...both, sp_appid })).status, 200)
      assert.strictEqual((yield* shop.ledgerOf("ORDER-0002")).tradeState, "REVOKED")

      yield* shop.sold("native", "ORDER-0003")
      yield* shop.payer({ outTradeNo: "ORDER-0003" })
      const back = refund("ORDER-0003", "BACK-0001", 800, 8800)
      const nobody = yield* post("/v3/refund/domestic/refunds", back)
      assert.strictEqual(nobody.json.code, "RESOURCE_NOT_EXISTS")
      const { sub_mchid } = both
      const given = yield* post("/v3/refund/domestic/refunds", { ...back, sub_mchid })
      assert.strictEqual(given.json.status, "PROCESSING")
      const at = `/v3/refund/domestic/refunds/BACK-0001?sub_mchid=${sub_mchid}`
      const found = yield* shop.call("GET", at, undefined, as)
      assert.strictEqual(found.json.out_refund_no, "BACK-0001")
    })
  )

  it.effect("and a merchant each have paths of their own, and accounts", () =>
    Effect.gen(function* () {
      const shop = yield* open
      const { as, both } = shop
      const { appid, miniAppid, partnerMchid } = shop.credentials
      const own = { ...native(shop, "ORDER-0001"), mchid: partnerMchid }
      const direct = yield* shop.call("POST", `${paths.direct}/native`, own, as)
      assert.strictEqual(direct.json.code, "NO_AUTH")
      const { mchid } = shop.credentials
      const order = { ...both, sp_mchid: mchid, sp_appid: appid }
      const { appid: _, mchid: __, ...rest } = native(shop, "ORDER-0001")
      const body = { ...rest, ...order }
      const asMerchant = yield* shop.call("POST", `${paths.partner}/native`, body)
      assert.strictEqual(asMerchant.json.code, "NO_AUTH")
      const foreign = yield* shop.sold("native", "ORDER-0001", { sub_appid: appid })
      assert.strictEqual(foreign.json.code, "APPID_MCHID_NOT_MATCH")
      const mini = yield* shop.sold("native", "ORDER-0001", { sp_appid: miniAppid })
      assert.strictEqual(mini.json.code, "APPID_MCHID_NOT_MATCH")
      const missing = `${paths.partner}/out-trade-no/ORDER-0001?sp_mchid=${partnerMchid}`
      const { json } = yield* shop.call("GET", missing, undefined, as)
      assert.strictEqual(json.detail.field, "/sub_mchid")
    })
  )
})
