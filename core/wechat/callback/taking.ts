import { Clock, Duration, Effect, Fiber, Metric, Schema } from "effect"
import type { Database, Sql } from "../../database/database.ts"
import type { Pseudonyms } from "../../database/pseudonyms.ts"
import type { Arrival } from "../../journal/entries.ts"
import { final, type Journal } from "../../journal/journal.ts"
import type { Events } from "../../tasks/events.ts"
import { Transport } from "../../transport.ts"
import { digest } from "../../values/numbers.ts"
import type { Account, AccountCallback } from "../account.ts"
import { type Answerer, firstAnswer } from "./answers.ts"
import { CallbackNotStored, CallbackRefused } from "./errors.ts"
import { writeFields } from "./fields.ts"
import { forward } from "./forwarding.ts"
import { type Listener, readMessage, type Told } from "./message.ts"
import { replyFields } from "./reply.ts"
import { sealed } from "./sealing.ts"
import { useSignature } from "./store.ts"
import { freshFor, openPush, type Push, type Request } from "./verification.ts"

/** WeChat waits five seconds; the way there and back wants some of them. */
const patience = Duration.toMillis("4 seconds")
const mostPatience = Duration.toMillis("4500 millis")

/** No repeat comes later, and what people say is kept no longer. */
const kept = Duration.toMillis("1 day")

/** What a push was answered: by us, in clear; by the owner before us, as it came; or `success`, which says nothing. */
const Reply = Schema.NullOr(
  Schema.Struct({ by: Schema.Literals(["us", "them"]), text: Schema.String })
)
type Reply = typeof Reply.Type
const decodeReply = Schema.decodeUnknownSync(Reply)

const taken = Metric.counter("weir_callbacks_total", {
  description: "Pushes of WeChat, each once, by what they say",
  incremental: true
})

interface Parts {
  readonly database: Database["Service"]
  readonly journal: Journal["Service"]
  readonly events: Events["Service"]
  readonly transport: Transport["Service"]
  readonly pseudonyms: Pseudonyms["Service"]
  readonly listeners: ReadonlyMap<string, Listener>
  /** By the name of the event they answer. */
  readonly answerers: ReadonlyMap<string, ReadonlyArray<Answerer>>
}

/** A push on its way: verified and read. */
interface Taken {
  readonly account: Account
  readonly callback: AccountCallback
  readonly push: Push
  readonly told: Told
  readonly request: Request
  /** When it came. */
  readonly since: number
}

export const makeTake = Effect.fnUntraced(function* ({
  answerers,
  database,
  events,
  journal,
  listeners,
  pseudonyms,
  transport
}: Parts) {
  const scope = yield* Effect.scope

  /** What is known of a push at once, in one write: that it came, what follows from it, and its answer where nobody is to be asked. */
  const store = (of: Taken, arrival: Arrival, silent: boolean) =>
    database.write(`callback:${arrival.key}`, async (sql) => {
      const { account, push, since } = of
      const signature = digest(`${account.name}/${push.signature}`)
      const isNew = await useSignature(sql, { signature, stale_at: since + freshFor })
      if (!isNew) return undefined
      const entered = await journal.enter(sql, arrival, silent ? null : undefined)
      if (entered.isNew) await publish(sql, of)
      return entered
    })

  const publish = async (sql: Sql, { account, told }: Taken) => {
    const { kind, message, openid } = told
    const who = openid === undefined ? "" : pseudonyms.of("openid", account.appid, openid)
    await events.publishToAll(sql, kind, `wechat:${account.name}:${who}`, message)
    for (const listen of listeners.values()) await listen(sql, account, message)
  }

  /** Plugins and the owner before us hear of it at the same time; the plugins' word goes first. */
  const answer = Effect.fnUntraced(function* (of: Taken) {
    const { account, callback, push, request, since, told } = of
    const left = Math.max(0, since + patience - (yield* Clock.currentTimeMillis))
    const theirs = yield* forward({ account, callback, push, told }, request, left).pipe(
      Effect.provideService(Transport, transport),
      // Whoever owned the callback before is told all of it, also where its answer comes too late.
      Effect.forkIn(scope)
    )
    const said = yield* firstAnswer(answerers.get(told.kind.name) ?? [], told.message, left)
    if (said !== undefined) {
      const at = yield* Clock.currentTimeMillis
      const way = { to: told.from, from: told.to, at, toMessage: told.isSaid }
      const fields = replyFields(said, way)
      const text = writeFields({ format: push.format, fields })
      return final<Reply>({ by: "us", text })
    }
    const text = yield* Fiber.join(theirs)
    return final<Reply>(text === undefined ? null : { by: "them", text })
  })

  return Effect.fnUntraced(function* (
    account: Account,
    callback: AccountCallback,
    request: Request
  ) {
    const since = yield* Clock.currentTimeMillis
    const push = openPush(account, callback, request, since)
    if (typeof push === "string") return yield* new CallbackRefused({ reason: push })
    const told = readMessage(account, push.fields)
    if (told === undefined) return yield* new CallbackRefused({ reason: "malformed" })

    const of: Taken = { account, callback, push, told, request, since }
    const arrival = arrivalOf(of, pseudonyms.of("push", told.key))
    const silent = callback.forwardTo === undefined && !answerers.has(told.kind.name)
    const entered = yield* store(of, arrival, silent).pipe(
      Effect.timeoutOrElse({
        duration: mostPatience,
        orElse: () => Effect.fail(new CallbackNotStored())
      })
    )
    if (entered === undefined) return yield* new CallbackRefused({ reason: "replayed" })
    if (entered.isNew)
      yield* Metric.update(Metric.withAttributes(taken, { type: told.message.type }), 1)
    if (entered.reply !== undefined) return say(of, decodeReply(entered.reply))

    const left = Math.max(0, since + mostPatience - (yield* Clock.currentTimeMillis))
    const admitted = yield* Effect.orDie(journal.once(arrival, answer(of))).pipe(
      // It is stored and so is what follows from it, so WeChat need not ask again.
      Effect.timeoutOrElse({ duration: left, orElse: () => Effect.succeed(undefined) })
    )
    return say(of, admitted === undefined ? null : decodeReply(admitted.answer.reply))
  })
})

const arrivalOf = ({ account, request, told }: Taken, key: string): Arrival => ({
  source: `wechat/${account.name}`,
  operation: told.message.type,
  key,
  same: "",
  body: request.body,
  secrets: [],
  keep: kept
})

const say = ({ account, callback, push, since: now }: Taken, reply: Reply): string => {
  if (reply === null) return "success"
  return reply.by === "us" && push.sealed
    ? sealed(reply.text, { ...push, now }, account, callback)
    : reply.text
}
