import { Effect, Layer, Schema } from "effect"
import { startSandbox } from "../core/gateway/sandboxes.ts"
import { Transport } from "../core/transport.ts"
import type { Settings } from "../plugins/wechat-sandbox/behaviour.ts"
import { CredentialsReply } from "../plugins/wechat-sandbox/credentials.ts"
import type { Fault } from "../plugins/wechat-sandbox/faults.ts"
import { wechatSandbox } from "../plugins/wechat-sandbox/index.ts"
import type { SandboxKeys } from "../plugins/wechat-sandbox/keys.ts"
import type { Outcome, PayerResult } from "../plugins/wechat-sandbox/model.ts"
import { WechatSandbox } from "../plugins/wechat-sandbox/sandbox.ts"
import { type Routes, type Site, transportOf, visit } from "./network.ts"
import { type Ground, Party } from "./party.ts"

/** WeChat: the sandbox as a party of its own. */
export const makeWechat = (ground: Ground, keys: SandboxKeys, routes: Routes): Party<Site> =>
  new Party<Site>("wechat", ground, (life) => {
    const options = { port: 0, databaseUrl: `sqlite:${life.file}` }
    const plugin = { ...wechatSandbox(options), layer: () => WechatSandbox.layer({ keys }) }
    const transport = Layer.succeed(Transport, transportOf(life, routes))
    return Effect.map(startSandbox({ plugin, options }), ({ app }) => app).pipe(
      Effect.provide(transport)
    )
  })

/** What people do with their phones, and developers with the switches: by lines that are none of the world's worries. */
export class Phones {
  readonly #wechat: Party<Site>

  constructor(wechat: Party<Site>) {
    this.#wechat = wechat
  }

  /** A payment code on somebody's phone. */
  show(outcome: Outcome): Effect.Effect<string> {
    return Effect.map(
      this.#ask("POST", "/control/codes", Schema.Struct({ authCode: Schema.String }), { outcome }),
      ({ authCode }) => authCode
    )
  }

  /** The payer of an order does something; WeChat may say that it is too late for that. */
  act(number: string, result: PayerResult): Effect.Effect<unknown> {
    return this.#ask("POST", "/control/pay", Schema.Unknown, { prepayId: number, result })
  }

  break(fault: Fault): Effect.Effect<unknown> {
    return this.#ask("PUT", "/control/faults", Schema.Unknown, fault)
  }

  readonly mend = Effect.suspend(() => this.#ask("DELETE", "/control/faults", Schema.Unknown))

  behave(settings: Partial<Settings>): Effect.Effect<unknown> {
    return this.#ask("PUT", "/control/settings", Schema.Unknown, settings)
  }

  /** What a merchant copies from WeChat's portals. */
  readonly credentials = Effect.suspend(() => this.#ask("GET", "/credentials", CredentialsReply))

  /** As often as it takes until WeChat is there. */
  #ask<A, I>(
    method: string,
    path: string,
    reply: Schema.Codec<A, I>,
    body?: object
  ): Effect.Effect<A> {
    const request = {
      method,
      url: `http://wechat${path}`,
      headers: { "content-type": "application/json" },
      timeout: "1 minute",
      ...(body !== undefined && { body: Buffer.from(JSON.stringify(body)) })
    } as const
    const decode = Schema.decodeUnknownSync(Schema.fromJsonString(reply))
    return Effect.gen({ self: this }, function* () {
      for (;;) {
        const site = this.#wechat.life?.offers
        const answer = site === undefined ? undefined : yield* visit(site, request)
        if (answer !== undefined) return decode(Buffer.from(answer.body).toString())
        yield* Effect.sleep("1 second")
      }
    })
  }
}
