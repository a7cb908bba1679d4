import { Context, Effect } from "effect"
import { cookieIn, sessionCookie } from "./cookies.ts"
import { NotLoggedIn, type Session } from "./model.ts"
import type { Sessions } from "./sessions.ts"

/** What a request brings: whose session it is, found out once somebody asks. */
export class Visitor extends Context.Service<
  Visitor,
  { readonly session: Effect.Effect<Session | undefined> }
>()("weir/Visitor") {}

/** Whom a request belongs to. A route that asks for it answers 401 to whoever is not logged in. */
export const CurrentCustomer: Effect.Effect<Session, NotLoggedIn, Visitor> = Visitor.use(
  ({ session }) =>
    Effect.flatMap(session, (found) =>
      found === undefined ? Effect.fail(new NotLoggedIn()) : Effect.succeed(found)
    )
)

/** The headers that say whose session it is: a browser has a cookie, an app or mini program sends what it was given. */
export interface Credentials {
  readonly cookie?: string | undefined
  readonly authorization?: string | undefined
}

/** The session that headers name, not yet known to be one. */
export const secretIn = ({ authorization, cookie }: Credentials): string | undefined =>
  cookieIn(cookie, sessionCookie) ?? /^Bearer ([0-9a-f]{40})$/.exec(authorization ?? "")?.[1]

/** The visitor whom a request's headers name. */
export const visitorBy =
  (sessions: Sessions["Service"]) =>
  (headers: Credentials): Context.Context<Visitor> =>
    Context.make(Visitor, { session: Effect.suspend(() => sessions.find(secretIn(headers))) })
