import { Effect, Result, Schema } from "effect"
import type { makeMeans } from "../customers/means.ts"
import type { Pseudonyms } from "../database/pseudonyms.ts"
import { targetOf } from "../login/return-address.ts"
import { NewShareCard, type ShareCard, ShareCardInvalid } from "./model.ts"
import { pageAt } from "./page-address.ts"
import type { CardRow } from "./store.ts"

/** Where cards may lead, and where they are. */
export interface Places {
  /** What WeChat and phones are told. */
  readonly publicUrl: URL
  /** Hosts of other pages of ours. */
  readonly hosts: ReadonlyArray<string>
}

const read = Schema.decodeUnknownResult(NewShareCard, { errors: "all" })
const stored = Schema.decodeUnknownSync(NewShareCard)

/** Takes what a plugin says of a page, or says what is wrong with it. */
export const checkCard = Effect.fnUntraced(function* (
  card: NewShareCard,
  { hosts, publicUrl }: Places
) {
  const found = read(card)
  if (Result.isFailure(found))
    return yield* new ShareCardInvalid({ problem: found.failure.message })
  const { image, to } = found.success
  if (!isPath(to, publicUrl) && typeof pageAt(to, hosts) === "string")
    return yield* new ShareCardInvalid({
      problem: "to: expected a path of ours, or a page of a host in an account's jsHosts"
    })
  if (image !== undefined && !isPath(image, publicUrl) && !/^https?:\/\/./.test(image))
    return yield* new ShareCardInvalid({ problem: "image: expected a path, or a whole address" })
  return found.success
})

const isPath = (to: string, publicUrl: URL) => targetOf(to, publicUrl, [])?.is === "path"

/** The number of a plugin's card: nobody guesses one, and the same reference has the same. */
export const cardIdOf = (
  pseudonyms: Pseudonyms["Service"],
  plugin: string,
  reference: string
): string => pseudonyms.of("share card", plugin, reference).slice(0, 24)

type Sealing = Pick<Effect.Success<typeof makeMeans>, "openJson" | "sealJson">

const place = (id: string) => `weir_share_cards.sealed:${id}`

export const sealCard = ({ sealJson }: Sealing, id: string, card: NewShareCard) =>
  sealJson(card, place(id))

export const openCard = (
  { openJson }: Sealing,
  { id, sealed }: Pick<CardRow, "id" | "sealed">
): NewShareCard => stored(openJson(sealed, place(id)))

/** The card as it is shared: its link is ours, so that the visit is known. */
export const shown = (
  id: string,
  { description, image, title }: NewShareCard,
  { publicUrl }: Places
): ShareCard => ({
  link: new URL(`/share/${id}`, publicUrl).href,
  title,
  ...(description !== undefined && { description }),
  ...(image !== undefined && { image: new URL(image, publicUrl).href })
})
