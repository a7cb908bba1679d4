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
export { signedWithKey } from "./legacy/codec/signature.ts"
export { twoWay } from "./legacy/codec/two-way.ts"
export { flatXml, xmlTree } from "./legacy/codec/xml.ts"
export { type Dialect, dialect, type Problem, type Texts } from "./legacy/dialect.ts"
export { http, tcp } from "./legacy/inlet.ts"
export { PaymentPaid, PaymentReversed, RefundDone } from "./payments/events.ts"
export {
  AmountDiffers,
  NotRefundable,
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
export { on } from "./tasks/events.ts"
export { type Incoming, NoAnswer, NotSent, type Outgoing, Transport } from "./transport.ts"
export { BeijingTime, beijingDate, fromBeijing, rfc3339, toBeijing } from "./values/beijing.ts"
export { Fen, FenFromDigits, FenFromYuan, formatYuan, yuan } from "./values/money.ts"
export { digest } from "./values/numbers.ts"
export { qrSvg } from "./values/qr.ts"
