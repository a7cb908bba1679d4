import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { native, openSandbox } from "../../support/wechat-sandbox.ts"

/** A mini program's order that was just paid, and what its program asks of the platform. */
const open = Effect.gen(function* () {
  const wechat = yield* openSandbox()
  const { appid, miniAppid, miniSecret, openid, secret } = wechat.credentials
  const { users } = (yield* wechat.control("GET", "/control/users")).json
  const somebody = users.find((user: { openid: string }) => user.openid === openid)
  const payer = { openid: somebody.openids[miniAppid] }
  const more = { appid: miniAppid, payer }
  yield* wechat.call("POST", "/v3/pay/transactions/jsapi", {
    ...native(wechat, "ORDER-1"),
    ...more
  })
  const paid = yield* wechat.control("POST", "/control/pay", { outTradeNo: "ORDER-1" })

  const ask = Effect.fnUntraced(function* (
    path: string,
    body: object,
    by = { appid: miniAppid, secret: miniSecret }
  ) {
    const given = { grant_type: "client_credential", ...by }
    const token = yield* wechat.request(
      "POST",
      "/cgi-bin/stable_token",
      Buffer.from(JSON.stringify(given)),
      {}
    )
    const { json } = yield* wechat.request(
      "POST",
      `/wxa/sec/order/${path}?access_token=${token.json.access_token}`,
      Buffer.from(JSON.stringify(body)),
      {}
    )
    return json
  })

  const parcel = { tracking_no: "SF1", express_company: "SF", item_desc: "大米" }
  const shipping = {
    order_key: { order_number_type: 2, transaction_id: paid.json.transactionId },
    logistics_type: 1,
    delivery_mode: 1,
    shipping_list: [parcel],
    upload_time: "2026-11-24T12:00:00.000+08:00",
    payer
  }
  const upload = (changes: object = {}) =>
    Effect.map(ask("upload_shipping_info", { ...shipping, ...changes }), ({ errcode }) => errcode)
  return {
    ...wechat,
    ask,
    main: { appid, secret },
    parcel,
    upload,
    transactionId: paid.json.transactionId
  }
})

describe("what a mini program says of its shipping", () => {
  it.effect("is taken ten seconds after the payment, by either number, and told again", () =>
    Effect.gen(function* () {
      const shop = yield* open
      const asked = { transaction_id: shop.transactionId }
      assert.strictEqual(yield* shop.upload(), 10060001)
      assert.strictEqual((yield* shop.ask("get_order", asked)).errcode, 10060001)
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* shop.ask("get_order", asked)).order.order_state, 1)
      const { mchid } = shop.credentials
      const key = { order_number_type: 1, mchid, out_trade_no: "ORDER-1" }
      assert.strictEqual(yield* shop.upload({ order_key: key }), 0)
      const { order } = yield* shop.ask("get_order", asked)
      assert.strictEqual(order.order_state, 2)
      assert.strictEqual(order.shipping.shipping_list[0].tracking_no, "SF1")
    })
  )

  it.effect("is refused where it is not as WeChat wants it, each with its errcode", () =>
    Effect.gen(function* () {
      const shop = yield* open
      const { parcel, upload } = shop
      yield* TestClock.adjust("10 seconds")
      const two = [parcel, parcel]
      assert.strictEqual(yield* upload({ shipping_list: two }), 268485228)
      assert.strictEqual(yield* upload({ logistics_type: 3, delivery_mode: 2 }), 268485228)
      assert.strictEqual(yield* upload({ delivery_mode: 2, shipping_list: two }), 47001)
      assert.strictEqual(yield* upload({ shipping_list: parcel }), 47001)
      assert.strictEqual(yield* upload({ upload_time: "2026-11-24 12:00:00" }), 47001)
      const bare = { ...parcel, contact: { receiver_contact: "18912341234" } }
      assert.strictEqual(yield* upload({ shipping_list: [bare] }), 47001)
      assert.strictEqual(yield* upload({ payer: { openid: "oNobody" } }), 40003)
      const other = { order_number_type: 2, transaction_id: "4200000000000000000000000000" }
      assert.strictEqual(yield* upload({ order_key: other }), 10060001)
      const managed = { appid: shop.credentials.miniAppid }
      const byMain = yield* shop.ask("is_trade_managed", managed, shop.main)
      assert.strictEqual(byMain.errcode, 48001)
      assert.isTrue((yield* shop.ask("is_trade_managed", managed)).is_trade_managed)
    })
  )

  it.effect("is said anew once, where it is newer", () =>
    Effect.gen(function* () {
      const { upload } = yield* open
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* upload(), 0)
      assert.strictEqual(yield* upload({ upload_time: "2026-11-24T11:00:00.000+08:00" }), 0)
      assert.strictEqual(yield* upload({ upload_time: "2026-11-24T13:00:00.000+08:00" }), 0)
      assert.strictEqual(yield* upload({ upload_time: "2026-11-24T14:00:00.000+08:00" }), 10060003)
    })
  )
})
