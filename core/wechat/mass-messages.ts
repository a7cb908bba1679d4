import { Effect, Schema } from "effect"
import type { Account } from "./account.ts"
import { Accounts } from "./accounts.ts"
import { WechatApi } from "./api.ts"
import type { Call } from "./call.ts"
import { WechatRefused } from "./errors.ts"
import { done, Id, readsAs, text } from "./wire.ts"

/** What is sent to many (群发). */
export type MassContent =
  | {
      readonly kind: "mpnews"
      readonly mediaId: string
      /** Sends also what WeChat finds to be another's article. */
      readonly evenReprints?: boolean
    }
  | { readonly kind: "voice" | "mpvideo"; readonly mediaId: string }
  | { readonly kind: "image"; readonly mediaIds: ReadonlyArray<string> }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "wxcard"; readonly cardId: string }

/** To whom: all followers, those with a tag, or named ones (two to 10 000). */
export type Audience =
  | { readonly to: "all" }
  | { readonly to: "tag"; readonly tag: number }
  | { readonly to: "people"; readonly openids: ReadonlyArray<string> }

const written = (content: MassContent) => {
  switch (content.kind) {
    case "mpnews":
      return {
        msgtype: "mpnews",
        mpnews: { media_id: content.mediaId },
        send_ignore_reprint: content.evenReprints === true ? 1 : 0
      }
    case "voice":
    case "mpvideo":
      return { msgtype: content.kind, [content.kind]: { media_id: content.mediaId } }
    case "image":
      return { msgtype: "image", images: { media_ids: content.mediaIds } }
    case "text":
      return { msgtype: "text", text: { content: content.text } }
    case "wxcard":
      return { msgtype: "wxcard", wxcard: { card_id: content.cardId } }
  }
}

const ask = <A>(account: Account, call: Omit<Call<A>, "ability">) =>
  WechatApi.use((api) => api.ask(account, { ...call, ability: "mass" }))

/** Who is behind a tag, nobody knows here: while a pilot runs, only those on its list may be named. */
const withinPilot = (account: Account, audience: Audience) =>
  Effect.flatMap(Accounts, ({ mayUse }) =>
    audience.to === "people"
      ? Effect.forEach(audience.openids, (openid) => mayUse(account, "mass", openid), {
          discard: true
        })
      : mayUse(account, "mass", "")
  )

const readJob = readsAs(
  Schema.Struct({ msg_id: Id, msg_data_id: Schema.optionalKey(Id) }),
  ({ msg_data_id, msg_id }) => ({ messageId: msg_id, dataId: msg_data_id })
)

const audienceOf = (audience: Audience) => {
  switch (audience.to) {
    case "all":
      return { filter: { is_to_all: true } }
    case "tag":
      return { filter: { is_to_all: false, tag_id: audience.tag } }
    case "people":
      return { touser: audience.openids }
  }
}

/**
 * Sends one message to many. Success means that WeChat took the job; how many got it, the event MASSSENDJOBFINISH tells. `key` is
 * WeChat's de-dup key, 64 bytes at most: under the same one nothing is sent again within a day, and the first job's number is told.
 */
export const sendMass = (account: Account, audience: Audience, content: MassContent, key: string) =>
  Effect.gen(function* () {
    yield* withinPilot(account, audience)
    if (key.length === 0 || Buffer.byteLength(key) > 64)
      return yield* new WechatRefused({
        code: 45067,
        class: "C",
        message: "a de-dup key has 1 to 64 bytes"
      })
    return yield* ask(account, {
      method: "POST",
      path:
        audience.to === "people" ? "/cgi-bin/message/mass/send" : "/cgi-bin/message/mass/sendall",
      body: { ...audienceOf(audience), ...written(content), clientmsgid: key },
      repeatable: true,
      timeout: "15 seconds",
      read: readJob
    })
  })

/** Shows a message to one person, as it would look; a hundred times a day. */
export const previewMass = (account: Account, to: string, content: MassContent) =>
  ask(account, {
    method: "POST",
    path: "/cgi-bin/message/mass/preview",
    body: { touser: to, ...previewed(content) },
    openid: to,
    repeatable: false,
    read: done
  })

/** A preview takes one picture, and writes it another way. */
const previewed = (content: MassContent) =>
  content.kind === "image"
    ? { msgtype: "image", image: { media_id: content.mediaIds[0] ?? "" } }
    : written(content)

/** How a job stands: `SENDING`, `SEND_SUCCESS`, `SEND_FAIL`, `DELETE`. */
export const massStatus = (account: Account, messageId: string) =>
  ask(account, {
    method: "POST",
    path: "/cgi-bin/message/mass/get",
    body: { msg_id: messageId },
    repeatable: true,
    read: readsAs(Schema.Struct({ msg_status: text(32) }), ({ msg_status }) => msg_status)
  })

/** Takes articles back, also from those who have them. Other messages cannot be taken back. */
export const withdrawMass = (account: Account, messageId: string) =>
  ask(account, {
    method: "POST",
    path: "/cgi-bin/message/mass/delete",
    body: { msg_id: messageId, article_idx: 0 },
    repeatable: true,
    read: done
  })
