import { Clock, Effect, Random, Schema } from "effect"
import { beijingDate, type Fen, formatYuan, PlayFailed, type World, yuan } from "#core"
import { bankMis, misFraming, replyLayout, requestLayout, types } from "../dialects/bank-mis.ts"
import { freshCode } from "./code.ts"
import { recall, remember } from "./memory.ts"
import { columnLines, seconds, show, verdict } from "./shown.ts"
import { unanswered, unsayable } from "./silence.ts"

export interface MisPort {
  readonly mis?: { readonly port: number; readonly host?: string | undefined } | undefined
}

/** A terminal at work behind its bank's library. */
export interface Terminal {
  readonly world: World
  readonly options: MisPort
  readonly hex: boolean
  readonly pos: string | undefined
}

export const pay = Effect.fnUntraced(function* (
  terminal: Terminal,
  said: {
    readonly amount?: Fen | undefined
    readonly code?: string | undefined
    readonly outcome?: string | undefined
  }
) {
  const { world } = terminal
  const { amount = yuan("12.80") } = said
  const code = said.code ?? (yield* freshCode(world, said.outcome))
  const { rrn, ret } = yield* speak(terminal, "sale", { amount: digits(amount), code })
  const date = beijingDate(yield* Clock.currentTimeMillis)
  if (ret === "00" || ret === "P1" || ret === "P2")
    yield* remember(world, { slip: { pos: terminal.pos ?? "02", date, rrn, amount } })
  if (ret === "P1" && world.sandbox !== undefined)
    yield* world.say(
      `Pay on the phone, ${world.sandbox}/phone, then say the same again: npx weir till pay --mis --amount ${formatYuan(amount)} --code ${code}`
    )
})

export const reverse = Effect.fnUntraced(function* (
  terminal: Terminal,
  said: { readonly rrn?: string | undefined }
) {
  const { original, pos } = yield* slipMeant(terminal, said)
  yield* speak({ ...terminal, pos }, "void", original)
})

export const refund = Effect.fnUntraced(function* (
  terminal: Terminal,
  said: { readonly rrn?: string | undefined; readonly amount?: Fen | undefined }
) {
  const { amount, original, pos } = yield* slipMeant(terminal, said)
  const money = said.amount ?? amount
  if (money === undefined) return yield* new PlayFailed({ reason: "say how much with --amount" })
  yield* terminal.world.say(`Refunding ${formatYuan(money)} of ${original.rrn}`)
  yield* speak({ ...terminal, pos }, "refund", { ...original, amount: digits(money) })
})

export const signIn = (terminal: Terminal) => Effect.asVoid(speak(terminal, "sign-in", {}))
export const settle = (terminal: Terminal) => Effect.asVoid(speak(terminal, "settle", {}))

const digits = (amount: Fen) => String(amount).padStart(12, "0")

/** Which slip is meant; what is not said is the last sale's. */
const slipMeant = Effect.fnUntraced(function* (
  { pos, world }: Terminal,
  said: { readonly rrn?: string | undefined }
) {
  const { slip } = yield* recall(world)
  const rrn = said.rrn ?? slip?.rrn
  if (rrn === undefined)
    return yield* new PlayFailed({
      reason: "no slip is remembered: `npx weir till pay --mis` makes one, or name one with --rrn"
    })
  const last = rrn === slip?.rrn ? slip : undefined
  return {
    original: { oldDate: last?.date ?? "", rrn },
    pos: pos ?? last?.pos,
    amount: last?.amount
  }
})

/** One message, one connection, as the library does it; the answer must repeat the three digits of the question. */
const speak = Effect.fnUntraced(function* (
  { hex, options: { mis }, pos = "02", world }: Terminal,
  call: string,
  fields: { readonly [name: string]: string }
) {
  if (mis === undefined)
    return yield* new PlayFailed({
      reason: "gateway.config.ts gives pos no `mis`, so no terminal can connect"
    })
  const { host = "127.0.0.1", port } = mis
  const type = Object.keys(types).find((type) => types[type] === call) ?? ""
  const check = String(yield* Random.nextIntBetween(0, 999)).padStart(3, "0")
  const whole = yield* Effect.mapError(
    Schema.encodeEffect(bankMis.request)({
      ...blank,
      pos,
      cashier: "0917",
      type,
      check,
      ...fields
    }),
    unsayable
  )
  const bytes = fields.code === undefined ? whole.subarray(0, misFraming.shortest) : whole
  const where = `${host}:${port}`
  yield* show(world, `→ TCP ${where}, ${call}`, bytes, { lines: columnLines(requestLayout), hex })
  const [took, answer] = yield* world
    .tcp({ host, port, bytes, expect: replyBytes, timeout: "60 seconds" })
    .pipe(Effect.timed, Effect.mapError(unanswered(where)))
  yield* show(world, `← after ${seconds(took)}`, answer, { lines: columnLines(replyLayout), hex })
  const reply = yield* Effect.mapError(
    Schema.decodeEffect(bankMis.reply)(answer),
    () => new PlayFailed({ reason: `${where} did not answer as a bank's library is answered` })
  )
  if (reply.check !== check)
    yield* world.say(`The answer is not to this question: ${check} was asked`)
  const { message = "", ret = "", rrn = "" } = reply
  yield* world.say(verdict(ret, message))
  return { ret, rrn }
})

const blank = Object.fromEntries(requestLayout.map(({ name }) => [name, ""]))

const replyBytes = replyLayout.reduce((sum, { width }) => sum + width, 0)
