import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import {
  type Incoming,
  NoAnswer,
  NotSent,
  type Outgoing,
  Transport
} from "../../../../core/transport.ts"
import { makeSend } from "../../../../core/wechat/pay/send.ts"
import { Signer } from "../../../../core/wechat/pay/signer.ts"
import { merchant } from "./fixture.ts"

const fine: Incoming = { status: 200, headers: {}, body: Buffer.from("{}") }
const question = { method: "GET", target: "/v3/a?b=c", timeout: "5 seconds" } as const
const payment = { method: "POST", target: "/v3/a", body: "{}", timeout: "5 seconds" } as const

/** What is sent while WeChat's first data centre answers so. */
const sending = Effect.fnUntraced(function* (
  first: Effect.Effect<Incoming, NotSent | NoAnswer>,
  request: typeof question | typeof payment,
  url = "https://api.mch.weixin.qq.com"
) {
  const sent: Array<Outgoing> = []
  const transport = Layer.succeed(
    Transport,
    Transport.of({
      exchange: (outgoing) => {
        sent.push(outgoing)
        return sent.length === 1 ? first : Effect.succeed(fine)
      }
    })
  )
  const send = yield* makeSend(url).pipe(Effect.provide([transport, Signer.layerInLoop]))
  const outcome = yield* Effect.result(send(merchant, request, merchant.preferredKey))
  return { outcome: outcome._tag, sent }
})

const away = Effect.fail(new NotSent({ reason: "ECONNREFUSED" }))
const silent = Effect.fail(new NoAnswer({ reason: "ECONNRESET" }))

describe("WeChat's other data centre", () => {
  it.effect("gets the very same request, signature and all, when the first cannot be reached", () =>
    Effect.gen(function* () {
      for (const request of [question, payment]) {
        const { outcome, sent } = yield* sending(away, request)
        assert.strictEqual(outcome, "Success")
        const [first, second] = sent
        assert.strictEqual(second?.url, `https://api2.mch.weixin.qq.com${request.target}`)
        assert.deepStrictEqual(second?.headers, first?.headers)
        assert.deepStrictEqual(second?.body, first?.body)
      }
    })
  )

  it.effect(
    "is asked where a question was not answered, and never told what may have arrived",
    () =>
      Effect.gen(function* () {
        assert.lengthOf((yield* sending(silent, question)).sent, 2)
        const { outcome, sent } = yield* sending(silent, payment)
        assert.strictEqual(outcome, "Failure")
        assert.lengthOf(sent, 1)
      })
  )

  it.effect(
    "is left alone when nobody has the time, and by whoever speaks to another address",
    () =>
      Effect.gen(function* () {
        const late = Effect.andThen(TestClock.adjust("4500 millis"), away)
        assert.lengthOf((yield* sending(late, question)).sent, 1)
        assert.lengthOf((yield* sending(away, question, "http://127.0.0.1:3003")).sent, 1)
      })
  )
})
