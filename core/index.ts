// What plugins may use; nothing else of the core is within their reach.
export { Customers } from "./customers/customers.ts"
export { type CustomerId, IdentityTaken, IdentityUnknown } from "./customers/model.ts"
export { Database, type Sql } from "./database/database.ts"
export { type Migration, migration } from "./database/migrator.ts"
export { afterCommit } from "./database/works.ts"
export type { PublicError } from "./errors.ts"
export { defineGateway } from "./gateway/settings.ts"
export { final, interim } from "./journal/journal.ts"
export { call } from "./legacy/call.ts"
export { cut, textIn } from "./legacy/codec/charset.ts"
export { type EscPos, escpos } from "./legacy/codec/escpos.ts"
export { fixedWidth } from "./legacy/codec/fixed-width.ts"
export { FenFromNumeral, json } from "./legacy/codec/json.ts"
export { signedBy, signedWithKey } from "./legacy/codec/signature.ts"
export { signingRules } from "./legacy/codec/signing-rules.ts"
export { twoWay } from "./legacy/codec/two-way.ts"
export { flatXml, xmlTree } from "./legacy/codec/xml.ts"
export { type Connection, connection, told } from "./legacy/connection/connections.ts"
export { errand, lookUp } from "./legacy/connection/errand.ts"
export { pulled } from "./legacy/connection/pulling.ts"
export { serverDialect, spokenTo, type Verdict } from "./legacy/connection/server-dialect.ts"
export type { ToldOutcome } from "./legacy/connection/telling.ts"
export { type Dialect, dialect, type Problem, type Texts } from "./legacy/dialect.ts"
export { kingdee } from "./legacy/dialects/kingdee.ts"
export { kingdeeBill } from "./legacy/dialects/kingdee-bill.ts"
export { http, tcp } from "./legacy/inlet.ts"
export { CurrentCustomer } from "./login/current-customer.ts"
export { NotLoggedIn } from "./login/model.ts"
export { NoticeDone } from "./notices/model.ts"
export { misfits, notice } from "./notices/notice.ts"
export { Notices } from "./notices/notices.ts"
export {
  PaymentClosed,
  PaymentPaid,
  PaymentReversed,
  RefundDone,
  RefundFailed
} from "./payments/events.ts"
export {
  AmountDiffers,
  NotRefundable,
  OrderDiffers,
  OrderInvalid,
  PaymentUnknown,
  type RefundStanding,
  type Standing
} from "./payments/model.ts"
export { Payments } from "./payments/payments.ts"
export { every } from "./plugin/every.ts"
export { action, type Play, PlayFailed, type World } from "./plugin/play.ts"
export { definePlugin } from "./plugin/plugin.ts"
export { type RawReply, type RawRequest, type Route, route } from "./plugin/route.ts"
export { defineSandbox } from "./plugin/sandbox.ts"
export type { ShareCard, ShareReport } from "./sharing/model.ts"
export { shareHead } from "./sharing/pages/head.ts"
export { ShareCards } from "./sharing/share-cards.ts"
export { on } from "./tasks/events.ts"
export { type Incoming, NoAnswer, NotSent, type Outgoing, Transport } from "./transport.ts"
export { BeijingTime, beijingDate, fromBeijing, rfc3339, toBeijing } from "./values/beijing.ts"
export { Fen, FenFromDigits, FenFromYuan, formatYuan, yuan } from "./values/money.ts"
export { digest } from "./values/numbers.ts"
export { qrSvg } from "./values/qr.ts"
export { answer } from "./wechat/callback/answers.ts"
export { Followed, Scanned, Unfollowed } from "./wechat/callback/events/following.ts"
export { LocationReceived, LocationReported } from "./wechat/callback/events/location.ts"
export { ImageReceived, VideoReceived, VoiceReceived } from "./wechat/callback/events/media.ts"
export { MenuLinkOpened, MenuTapped } from "./wechat/callback/events/menu.ts"
export { CodeScanned, PicturesChosen, PlaceChosen } from "./wechat/callback/events/menu-input.ts"
export { OtherReceived } from "./wechat/callback/events/other.ts"
export { AuthorizationRevoked, UserInfoChanged } from "./wechat/callback/events/privacy.ts"
export { MassMessageDone, TemplateMessageDone } from "./wechat/callback/events/results.ts"
export { LinkReceived, TextReceived } from "./wechat/callback/events/said.ts"
export { CertificationChanged, ServiceSessionChanged } from "./wechat/callback/events/standing.ts"
export { NotificationDone, SubscriptionsAnswered } from "./wechat/callback/events/subscriptions.ts"
export type { PassiveReply } from "./wechat/callback/reply.ts"
export { CashierParameters } from "./wechat/pay/cashier-parameters.ts"
