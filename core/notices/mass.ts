import { Clock, Context, Effect, Layer, Schema } from "effect"
import { OtherEntity } from "../customers/segment.ts"
import { Database } from "../database/database.ts"
import { Pseudonyms } from "../database/pseudonyms.ts"
import { Seal } from "../database/seal.ts"
import { task } from "../tasks/kind.ts"
import { Tasks } from "../tasks/tasks.ts"
import { Accounts } from "../wechat/accounts.ts"
import { Callbacks } from "../wechat/callback/callbacks.ts"
import { encodeMass, type Mass, type MassStanding, MassUnknown } from "./mass-model.ts"
import { makeMassSending, massPlace } from "./mass-sending.ts"
import { findMass, keepResult, type MassRow, massTables, partsOf, resultsOf } from "./mass-store.ts"

const SendPart = task("mass.send", Schema.Struct({ id: Schema.String }), { within: "2 minutes" })

/** Advertising, for those who agreed to it: to a segment of one legal entity, within WeChat's quota, by day. No plugin can send it. */
export class MassMessages extends Context.Service<
  MassMessages,
  {
    send(mass: Mass): Effect.Effect<void, OtherEntity>
    standing(key: string): Effect.Effect<MassStanding, MassUnknown>
  }
>()("weir/MassMessages") {
  static readonly layer = Layer.effect(
    MassMessages,
    Effect.gen(function* () {
      const accounts = yield* Accounts
      const database = yield* Database
      const pseudonyms = yield* Pseudonyms
      const { seal } = yield* Seal
      const tasks = yield* Tasks
      const idOf = (key: string) => pseudonyms.of("mass", key)

      const sendOn = yield* makeMassSending
      yield* tasks.handle(SendPart, ({ id }) => sendOn(id))

      yield* Callbacks.use(({ listen }) =>
        listen("mass messages", async (sql, { appid }, message) => {
          if (message.type !== "mass-message-done") return
          const { at, failed, filtered, messageId: message_id, sent, status } = message
          const numbers = { sent, filtered, failed, at }
          await keepResult(sql, { message_id, appid, status: status.slice(0, 64), ...numbers })
        })
      )

      return MassMessages.of({
        send: Effect.fnUntraced(function* (mass) {
          const { appid, entity, key } = mass
          const account = accounts.byAppid(appid)
          // Only service accounts may name whom they send to.
          if (account?.kind !== "service" || account.entity !== entity)
            return yield* new OtherEntity({ appid })
          const id = idOf(key)
          const at = yield* Clock.currentTimeMillis
          const content = seal(Buffer.from(encodeMass(mass)), massPlace(id))
          const row: MassRow = {
            id,
            appid,
            entity,
            state: "sending",
            content,
            cursor: null,
            parts: 0,
            why: null,
            at
          }
          yield* database.write(`mass:${id}`, async (sql) => {
            if ((await findMass(sql, id)) !== undefined) return
            await massTables(sql).insertInto("weir_masses").values(row).execute()
            await tasks.add(sql, SendPart, { key: `mass:${id}`, payload: { id } })
          })
        }),
        standing: Effect.fnUntraced(function* (key) {
          const id = idOf(key)
          const row = yield* database.read((sql) => findMass(sql, id))
          if (row === undefined) return yield* new MassUnknown()
          const parts = yield* database.read((sql) => partsOf(sql, id))
          const results = yield* database.read((sql) => resultsOf(sql, row))
          const taken = parts.filter(({ message_id }) => message_id !== null)
          return {
            state: row.state,
            ...(row.why !== null && { why: row.why }),
            people: sumOf(taken.map(({ people }) => people)),
            sent: sumOf(results.map(({ sent }) => sent)),
            filtered: sumOf(results.map(({ filtered }) => filtered)),
            failed: sumOf(results.map(({ failed }) => failed))
          }
        })
      })
    })
  )
}

const sumOf = (numbers: ReadonlyArray<number>): number => numbers.reduce((all, one) => all + one, 0)
