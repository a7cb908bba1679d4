import { Effect, Schema } from "effect"
import { Customers } from "../customers/customers.ts"
import { CustomerId } from "../customers/model.ts"
import type { Texts } from "../legacy/codec/two-way.ts"
import { DeskRefused, type Said } from "./desk.ts"
import { type TicketRefused, Tickets } from "./tickets.ts"

const malformed = () => new DeskRefused({ result: "MALFORMED" })

const Ticket = Schema.Struct({
  ticket: Schema.String.check(Schema.isMaxLength(128)),
  openid: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(64)))
})

const results = {
  unknown: "TICKET_UNKNOWN",
  foreign: "TICKET_UNKNOWN",
  used: "TICKET_USED",
  expired: "TICKET_EXPIRED",
  "foreign openid": "FOREIGN_OPENID"
} as const satisfies Record<TicketRefused["reason"], DeskRefused["result"]>

/** An old system exchanges a ticket for whoever has logged in. */
export const exchangeTicket = Effect.map(Tickets, (tickets) =>
  Effect.fnUntraced(function* ({ fields, system }: Said): Effect.fn.Return<Texts, DeskRefused> {
    const { openid, ticket } = yield* Effect.mapError(
      Schema.decodeUnknownEffect(Ticket)(fields),
      malformed
    )
    const handed = yield* Effect.mapError(
      tickets.take(system, ticket, openid === "" ? undefined : openid),
      ({ reason }) => new DeskRefused({ result: results[reason], counted: `ticket ${reason}` })
    )
    return Object.fromEntries(
      Object.entries(handed).filter((field): field is [string, string] => field[1] !== undefined)
    )
  })
)

const Wish = Schema.Struct({
  do: Schema.Literals(["link", "unlink", "move", "merge"]),
  customer: CustomerId,
  member: Schema.String.check(Schema.isBetweenLength(1, 64))
})

/**
 * An old system says which of its members a customer is. `link` refuses a number that is somebody else's; `move` gives it to this
 * customer, `merge` makes one of the two. Nothing that hangs on either is lost.
 */
export const changeMember = Effect.map(Customers, (customers) =>
  Effect.fnUntraced(function* ({ fields, system }: Said): Effect.fn.Return<Texts, DeskRefused> {
    const wish = yield* Effect.mapError(Schema.decodeUnknownEffect(Wish)(fields), malformed)
    const identity = { kind: "member" as const, within: system, value: wish.member }
    const why = `said by ${system}`
    const { customer } = wish
    const linked = customers.link(customer, identity, why)
    switch (wish.do) {
      case "link":
        yield* refusing(linked)
        break
      case "unlink":
        yield* refusing(customers.unlink(customer, identity, why))
        break
      case "move":
        yield* refusing(customers.move(identity, customer, why))
        break
      case "merge":
        yield* refusing(
          Effect.catchTag(linked, "IdentityTaken", ({ by }) => customers.merge(customer, by, why))
        )
        break
    }
    const now = yield* customers.current(customer)
    return { customer: now ?? customer, member: wish.member }
  })
)

const refusing = <A>(
  change: Effect.Effect<
    A,
    { readonly _tag: "IdentityTaken" | "IdentityUnknown" | "CustomerUnknown" }
  >
) => Effect.mapError(change, ({ _tag }) => new DeskRefused({ result: unchanged[_tag] }))

const unchanged = {
  IdentityTaken: "MEMBER_TAKEN",
  IdentityUnknown: "MEMBER_UNKNOWN",
  CustomerUnknown: "CUSTOMER_UNKNOWN"
} as const
