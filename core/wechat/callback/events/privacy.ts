import { Schema } from "effect"
import { ofPerson, received, textOf } from "../received.ts"

/** Somebody took back what the account was allowed to know. The person's data is to be deleted. */
export const AuthorizationRevoked = received(
  Schema.Struct({
    ...ofPerson("authorization-revoked"),
    /** WeChat's numbers of what was taken back. */
    revoked: Schema.optionalKey(Schema.String)
  }),
  ({ RevokeInfo }) => ({ revoked: textOf(RevokeInfo) })
)

/** What WeChat knows of somebody has changed; ours may be out of date. */
export const UserInfoChanged = received(Schema.Struct(ofPerson("user-info-changed")), () => ({}))
