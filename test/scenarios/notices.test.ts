import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { withPlugin } from "../support/configured.ts"
import { eventually, install, start, weir } from "../support/installation.ts"
import { about, sale, says } from "../support/store.ts"
import { wechatOf } from "../support/wechat.ts"

const ask = (url: string, body?: object) =>
  Effect.promise(async () => {
    const headers = { "content-type": "application/json" }
    const said = body === undefined ? {} : { method: "POST", headers, body: JSON.stringify(body) }
    const answer = await fetch(url, said)
    // biome-ignore lint/suspicious/noExplicitAny: what a server answers is looked into freely by tests
    const json: any = await answer.json()
    return { status: answer.status, json }
  })

describe("a notice", () => {
  it.live(
    "reaches a follower, no stranger, once in spite of a lost answer, and goes with who unfollows, whose money still finds its way back",
    () =>
      Effect.gen(function* () {
        const at = yield* install()
        withPlugin(at, "gates")
        yield* start(at)
        const wechat = wechatOf(at)
        const { appid, silentOpenid, templateId } = yield* wechat.credentials
        const gates = `http://127.0.0.1:${at.ports.public}/gates`
        const people = `${wechat.url}/control/users`
        const tell = (openid: string, key: string) => ask(`${gates}/tell`, { appid, openid, key })
        const becomes = (key: string, state: string) =>
          eventually(
            `${key} is ${state}`,
            Effect.map(ask(`${gates}/told?key=${key}`), ({ json }) =>
              json === state ? true : undefined
            )
          )
        const read = Effect.map(
          ask(`${wechat.url}/control/notices`),
          ({ json }): ReadonlyArray<string> =>
            json.notices.map(({ lines }: { lines: ReadonlyArray<{ value: string }> }) =>
              lines.map(({ value }) => value).join(" · ")
            )
        )

        const map = (...more: ReadonlyArray<string>) =>
          Effect.map(
            weir(at, "notices", "map", ...more, "--mode", "development"),
            (ended) => ended.output
          )
        assert.match(
          yield* map(),
          /^doubtful +gates\.changed .*\n(.*\n)*? +character_string1 +← flight\n/
        )
        assert.match(
          yield* map("--notice", "gates.changed", "--template", templateId),
          /^chosen +gates\.changed/
        )

        const { json: person } = yield* ask(people, { follows: false })
        yield* ask(`${people}/${person.openid}/follow`, {})
        const { json: known } = yield* ask(people)
        assert.containsSubset(known.users, [{ openid: person.openid, follows: true }])
        yield* Effect.sleep("500 millis")

        yield* tell(person.openid, "WR1")
        yield* becomes("WR1", "delivered")
        assert.deepStrictEqual(yield* read, ["WR1 · ¥0.00 · 2026年11月24日 12:00 · B12"])

        yield* tell(silentOpenid, "WR2")
        yield* becomes("WR2", "failed")

        const path = "/cgi-bin/message/template/send"
        yield* wechat.fault("reset", { path, times: 2 })
        yield* tell(person.openid, "WR3")
        yield* becomes("WR3", "delivered")
        assert.strictEqual((yield* wechat.faults).length, 0, "its answers did get lost")
        assert.deepStrictEqual(
          (yield* read).map((text) => text.slice(0, 3)),
          ["WR1", "WR3"]
        )

        // They buy something, too: that stays open when they are forgotten.
        const { json: shown } = yield* ask(`${wechat.url}/control/codes`, {
          outcome: "paid",
          openid: person.openid
        })
        const sold = yield* says(at, sale("WR1", shown.authCode))
        assert.strictEqual(sold.RetCode, "00")

        yield* ask(`${people}/${person.openid}/unfollow`, {})
        yield* eventually(
          "it is forgotten",
          Effect.map(ask(`${gates}/told?key=WR1`), ({ status }) =>
            status === 404 ? true : undefined
          )
        )
        const returned = yield* says(at, {
          ...about("WR1-R"),
          TranCode: "REFUND",
          OrigTicketNo: "WR1",
          RefundFee: "128.50"
        })
        assert.strictEqual(returned.RetCode, "00")
        const [order] = yield* wechat.ordersOf(sold.OutTradeNo ?? "")
        assert.strictEqual(order?.openid, person.openid)
        assert.strictEqual(order?.refunds[0]?.amount, 12_850, "their money found its way back")
      }),
    90_000
  )
})
