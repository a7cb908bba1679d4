import { Context, Duration, Effect, Layer, Schema } from "effect"
import { Customers } from "../customers/customers.ts"
import { makeMeans } from "../customers/means.ts"
import type { CustomerId, Profile } from "../customers/model.ts"
import { Database } from "../database/database.ts"
import { Pseudonyms } from "../database/pseudonyms.ts"
import { Accounts } from "../wechat/accounts.ts"
import { mayShow } from "./entering.ts"
import type { LoggedIn } from "./model.ts"
import { isSecret, newSecret } from "./secrets.ts"
import { findTicket, type TicketRow, tables, useTicket } from "./store.ts"

/** Why a ticket is worth nothing. `foreign`: it was made for another system; that system is told no more than `unknown`. */
export class TicketRefused extends Schema.TaggedError<TicketRefused>()("TicketRefused", {
  reason: Schema.Literals(["unknown", "foreign", "used", "expired", "foreign openid"])
}) {}

/** What an old system is told of who has logged in. */
export interface Handed extends Profile {
  readonly customer: CustomerId
  readonly appid: string
  readonly openid: string
  readonly unionid: string | undefined
  /** The number that this old system has given them, the latest if there are several. */
  readonly member: string | undefined
}

/** One-use tickets with which an old system finds out who has just logged in. */
export class Tickets extends Context.Service<
  Tickets,
  {
    /** Makes a ticket for an old system; it is good for a minute. */
    give(system: string, who: LoggedIn): Effect.Effect<string>
    /** Takes a ticket, once. `openid`: who the system believes it to be. */
    take(
      system: string,
      ticket: string,
      openid: string | undefined
    ): Effect.Effect<Handed, TicketRefused>
  }
>()("weir/Tickets") {
  static readonly layer = Layer.effect(
    Tickets,
    Effect.gen(function* () {
      const accounts = yield* Accounts
      const customers = yield* Customers
      const database = yield* Database
      const pseudonyms = yield* Pseudonyms
      const { now, openText, sealText } = yield* makeMeans
      const refuse = (reason: TicketRefused["reason"]) => Effect.fail(new TicketRefused({ reason }))

      /** Nickname and picture only if they have agreed that these are shown. */
      const handed = Effect.fnUntraced(function* (
        { account: name, system }: TicketRow,
        customer: CustomerId,
        openid: string
      ) {
        const account = accounts.named(name)
        const identities = yield* customers.identitiesOf(customer)
        const knownAs = (kind: string, within: string | undefined) =>
          identities.findLast((one) => one.kind === kind && one.within === within)?.value
        const shows =
          account !== undefined && mayShow(account, yield* customers.consents.of(customer))
        const { avatar, nickname } = shows ? yield* customers.profile(customer) : {}
        return {
          customer,
          appid: account?.appid ?? "",
          openid,
          unionid: knownAs("unionid", account?.union ?? account?.appid),
          member: knownAs("member", system),
          ...(nickname !== undefined && { nickname }),
          ...(avatar !== undefined && { avatar })
        } satisfies Handed
      })

      return Tickets.of({
        give: Effect.fnUntraced(function* (system, { account, customer, openid }) {
          const ticket = newSecret()
          const id = pseudonyms.of("ticket", ticket)
          yield* database.write(`ticket:${id}`, (sql) =>
            tables(sql)
              .insertInto("weir_tickets")
              .values({
                ...{ id, system, customer, account, used_at: null },
                sealed: sealText(openid, placeOf(id)),
                expires_at: now() + life
              })
              .execute()
          )
          return ticket
        }),
        take: Effect.fnUntraced(function* (system, ticket, openid) {
          if (!isSecret(ticket)) return yield* refuse("unknown")
          const id = pseudonyms.of("ticket", ticket)
          const row = yield* database.read((sql) => findTicket(sql, id))
          if (row === undefined) return yield* refuse("unknown")
          if (row.system !== system) return yield* refuse("foreign")
          if (row.used_at !== null) return yield* refuse("used")
          if (now() >= row.expires_at) return yield* refuse("expired")
          const own = openText(row.sealed, placeOf(id))
          if (openid !== undefined && openid !== own) return yield* refuse("foreign openid")
          const customer = yield* customers.current(row.customer)
          if (customer === undefined) return yield* refuse("unknown")
          const told = yield* handed(row, customer, own)
          const isFirst = yield* database.write(`ticket:${id}`, (sql) => useTicket(sql, id, now()))
          return isFirst ? told : yield* refuse("used")
        })
      })
    })
  )
}

const placeOf = (id: string) => `weir_tickets.sealed:${id}`

/** The browser takes the ticket there at once. */
const life = Duration.toMillis("60 seconds")
