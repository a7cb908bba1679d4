import { Schema } from "effect"
import type { Field } from "../fields.ts"
import { answerable, ofPerson, received, textOf } from "../received.ts"

/** Somebody follows the account. `scene`: what our QR code said, if it was scanned for that. */
export const Followed = answerable(
  Schema.Struct({
    ...ofPerson("followed"),
    scene: Schema.optionalKey(Schema.String),
    ticket: Schema.optionalKey(Schema.String)
  }),
  ({ EventKey, Ticket }) => ({ scene: sceneOf(EventKey), ticket: textOf(Ticket) })
)

/** A plain follow may come with an empty key. */
const sceneOf = (key: Field | undefined) =>
  textOf(key)?.startsWith("qrscene_") ? textOf(key)?.slice("qrscene_".length) : undefined

/** Somebody follows the account no more. It cannot be answered, and the person's data is to be deleted. */
export const Unfollowed = received(Schema.Struct(ofPerson("unfollowed")), () => ({}))

/** A follower scanned a QR code of ours. */
export const Scanned = answerable(
  Schema.Struct({
    ...ofPerson("scanned"),
    scene: Schema.String,
    ticket: Schema.optionalKey(Schema.String)
  }),
  ({ EventKey, Ticket }) => ({ scene: EventKey, ticket: textOf(Ticket) })
)
