import { hash } from "node:crypto"
import { Option } from "effect"
import type { Sql } from "../../database/database.ts"
import type { Account } from "../account.ts"
import { Followed, Scanned, Unfollowed } from "./events/following.ts"
import { LocationReceived, LocationReported } from "./events/location.ts"
import { ImageReceived, VideoReceived, VoiceReceived } from "./events/media.ts"
import { MenuLinkOpened, MenuTapped } from "./events/menu.ts"
import { CodeScanned, PicturesChosen, PlaceChosen } from "./events/menu-input.ts"
import { OtherReceived } from "./events/other.ts"
import { AuthorizationRevoked, UserInfoChanged } from "./events/privacy.ts"
import { MassMessageDone, TemplateMessageDone } from "./events/results.ts"
import { LinkReceived, TextReceived } from "./events/said.ts"
import { CertificationChanged, ServiceSessionChanged } from "./events/standing.ts"
import { NotificationDone, SubscriptionsAnswered } from "./events/subscriptions.ts"
import type { Fields } from "./fields.ts"
import { type From, type Received, textOf } from "./received.ts"

/** By `MsgType`. */
const messages = {
  text: TextReceived,
  image: ImageReceived,
  voice: VoiceReceived,
  video: VideoReceived,
  shortvideo: VideoReceived,
  location: LocationReceived,
  link: LinkReceived
}

/** By `Event`, in small letters: WeChat writes them this way and that. */
const events = {
  subscribe: Followed,
  unsubscribe: Unfollowed,
  scan: Scanned,
  location: LocationReported,
  click: MenuTapped,
  view: MenuLinkOpened,
  view_miniprogram: MenuLinkOpened,
  scancode_push: CodeScanned,
  scancode_waitmsg: CodeScanned,
  pic_sysphoto: PicturesChosen,
  pic_photo_or_album: PicturesChosen,
  pic_weixin: PicturesChosen,
  location_select: PlaceChosen,
  templatesendjobfinish: TemplateMessageDone,
  masssendjobfinish: MassMessageDone,
  subscribe_msg_popup_event: SubscriptionsAnswered,
  subscribe_msg_change_event: SubscriptionsAnswered,
  subscribe_msg_sent_event: NotificationDone,
  user_info_modified: UserInfoChanged,
  user_authorization_revoke: AuthorizationRevoked,
  qualification_verify_success: CertificationChanged,
  qualification_verify_fail: CertificationChanged,
  naming_verify_success: CertificationChanged,
  naming_verify_fail: CertificationChanged,
  annual_renew: CertificationChanged,
  verify_expired: CertificationChanged,
  kf_create_session: ServiceSessionChanged,
  kf_close_session: ServiceSessionChanged,
  kf_switch_session: ServiceSessionChanged
}

type Kinds =
  | (typeof messages)[keyof typeof messages]
  | (typeof events)[keyof typeof events]
  | typeof OtherReceived
type FactOf<K> = K extends Received<infer A> ? A : never

/** A push, read; `type` tells what it is. */
export type Message = FactOf<Kinds>

/** What a part of the core does with a push, inside the write that stores it: SQL only, and it may be run again. */
export type Listener = (sql: Sql, account: Account, message: Message) => Promise<void>

/** A push, and what is needed to treat it. */
export interface Told {
  readonly message: Message
  readonly kind: Received<Message>
  /** The same for every repeat of a push, and for nothing else. */
  readonly key: string
  /** Whom it is about, if it is about one person. */
  readonly openid: string | undefined
  /** No event, but something a person said. */
  readonly isSaid: boolean
  /** As the push itself has them, for an answer that goes the other way. */
  readonly to: string
  readonly from: string
}

/** Reads a push; nothing, where it does not even say who sent what when. What is authentic and strange is `OtherReceived`. */
export const readMessage = (account: Pick<Account, "name">, fields: Fields): Told | undefined => {
  const { CreateTime, FromUserName: from, MsgType, OpenID, ToUserName: to } = fields
  const type = textOf(MsgType)?.toLowerCase()
  if (typeof from !== "string" || typeof to !== "string" || type === undefined) return undefined
  if (typeof CreateTime !== "string" || !/^\d{10}$/.test(CreateTime)) return undefined
  // Where a push is about somebody else than its sender.
  const openid = textOf(OpenID) ?? from
  const about: From = { account: account.name, openid, at: Number(CreateTime) * 1000 }
  const known = kindOf(type, fields)
  const read = known?.read(about, fields) ?? Option.none()
  const kind = Option.isSome(read) && known !== undefined ? known : OtherReceived
  const message = Option.getOrUndefined(
    Option.orElse(read, () => OtherReceived.read(about, fields))
  )
  if (message === undefined) return undefined
  const one = "openid" in message ? openid : undefined
  return {
    message,
    kind: kind as Received<Message>,
    key: keyOf(type, fields),
    openid: one,
    isSaid: type !== "event",
    to,
    from
  }
}

const kindOf = (type: string, fields: Fields): Received<Message> | undefined => {
  const table: { readonly [name: string]: unknown } = type === "event" ? events : messages
  const name = type === "event" ? (textOf(fields.Event)?.toLowerCase() ?? "") : type
  return Object.hasOwn(table, name) ? (table[name] as Received<Message>) : undefined
}

/**
 * What WeChat itself recommends (`MsgId`; sender and time of an event) is too weak: numbers repeat among people, and two events come
 * within a second. Platform guide, §6.3.
 */
const keyOf = (type: string, fields: Fields): string => {
  const { CreateTime, Event, EventKey, FromUserName, MsgID, MsgId, Ticket, ToUserName } = fields
  const own = textOf(MsgID) ?? textOf(fields.UserCardCode) ?? textOf(Ticket) ?? digestOf(fields)
  const parts =
    type !== "event" && textOf(MsgId) !== undefined
      ? ["msg", ToUserName, FromUserName, MsgId, CreateTime]
      : ["evt", ToUserName, FromUserName, CreateTime, textOf(Event)?.toLowerCase(), EventKey, own]
  return JSON.stringify(parts)
}

/** Of all that is said; a ciphertext beside it is another each time. */
const digestOf = ({ Encrypt, ...said }: Fields): string =>
  hash("sha256", JSON.stringify(said), "base64url")
