import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { apiIps, callbackIps } from "../../../core/wechat/ips.ts"
import { jsTicket, signPage } from "../../../core/wechat/js-ticket.ts"
import { clearQuota, clearQuotas, quotaOf } from "../../../core/wechat/quotas.ts"
import { account } from "./account.ts"
import { answering, asked, asking, one } from "./platform.ts"

describe("a page for the JS-SDK", () => {
  const file = new URL("../../fixtures/wechat/wechat-crypto.json", import.meta.url)
  const { vectors } = JSON.parse(readFileSync(file, "utf8"))

  it("is signed as WeChat's published examples are, without what follows its #", () => {
    const found = vectors.filter(({ kind }: { kind: string }) => kind === "jsapi")
    assert.strictEqual(found.length, 2)
    for (const { expected_signature, jsapi_ticket, noncestr: nonce, timestamp, url } of found)
      for (const page of [url, `${url}#top`, `${url}#a#b`])
        assert.strictEqual(
          signPage(jsapi_ticket, { nonce, timestamp: Number(timestamp), url: page }),
          expected_signature
        )
  })

  it.effect("has a ticket, which is fetched once and again ahead of its end", () =>
    Effect.gen(function* () {
      let given = 0
      const { requests, value } = yield* answering(
        () => ({ json: { errcode: 0, errmsg: "ok", ticket: `T${++given}`, expires_in: 7200 } }),
        Effect.gen(function* () {
          const tickets = [yield* jsTicket(one), yield* jsTicket(one)]
          yield* TestClock.adjust("117 minutes")
          return [...tickets, yield* jsTicket(one)]
        })
      )
      assert.deepStrictEqual(value, ["T1", "T1", "T2"])
      assert.deepStrictEqual(requests.map(asked)[0], {
        method: "GET",
        path: "/cgi-bin/ticket/getticket",
        query: { type: "jsapi" }
      })
    })
  )

  it.effect("belongs to an official account", () =>
    Effect.gen(function* () {
      const { result } = yield* asking({ json: {} }, jsTicket(account({ kind: "website" })))
      assert.deepInclude(result._tag === "Failure" && result.failure, { code: 48001 })
    })
  )
})

describe("quotas", () => {
  it.effect("are read and cleared by the path of their API", () =>
    Effect.gen(function* () {
      const path = "/cgi-bin/message/custom/send"
      const { requests, value } = yield* answering(
        { json: { errcode: 0, quota: { daily_limit: 500_000, used: 12, remain: 499_988 } } },
        Effect.tap(quotaOf(one, path), () => clearQuota(one, path))
      )
      assert.deepStrictEqual(value, { limit: 500_000, used: 12, remains: 499_988 })
      assert.deepStrictEqual(
        requests.map(({ json, path }) => [path, json]),
        [
          ["/cgi-bin/openapi/quota/get", { cgi_path: path }],
          ["/cgi-bin/openapi/quota/clear", { cgi_path: path }]
        ]
      )
    })
  )

  it.effect("are cleared all together without a token, as there may be none left to have", () =>
    Effect.gen(function* () {
      const { requests } = yield* answering({ json: { errcode: 0 } }, clearQuotas(one))
      assert.deepStrictEqual(requests.map(asked), [
        {
          method: "POST",
          path: "/cgi-bin/clear_quota/v2",
          body: { appid: one.appid, appsecret: "CANARY0123456789abcdef0123456789" }
        }
      ])
      assert.deepStrictEqual(requests[0]?.query, {})
    })
  )
})

it.effect("WeChat tells its own addresses, both ways", () =>
  Effect.gen(function* () {
    const ip_list = ["101.226.62.77", "101.226.103.0/25"]
    const { requests, value } = yield* answering(
      { json: { ip_list } },
      Effect.all([callbackIps(one), apiIps(one)])
    )
    assert.deepStrictEqual(value, [ip_list, ip_list])
    assert.deepStrictEqual(
      requests.map(({ path }) => path),
      ["/cgi-bin/getcallbackip", "/cgi-bin/get_api_domain_ip"]
    )
  })
)
