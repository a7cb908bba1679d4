import { Context, Effect, Layer } from "effect"
import { Agenda } from "./agenda.ts"
import { Behaviour } from "./behaviour.ts"
import { Books } from "./books.ts"
import { ChatList } from "./chat-list.ts"
import { WechatClock } from "./clock.ts"
import { Codes } from "./codes.ts"
import { Credentials, type SandboxOptions } from "./credentials.ts"
import { Faults } from "./faults.ts"
import { Bills } from "./pay/bills.ts"
import { CodePayments } from "./pay/code-payments.ts"
import { Complaints } from "./pay/complaints.ts"
import { notifier } from "./pay/notifier.ts"
import { Orders } from "./pay/orders.ts"
import { PayOuts } from "./pay/pay-outs.ts"
import { Payers } from "./pay/payers.ts"
import { Refunds } from "./pay/refunds.ts"
import { Security } from "./pay/security.ts"
import { Phone } from "./phone.ts"
import { Platform, type PlatformServices } from "./platform/platform.ts"
import { Signing } from "./signing.ts"
import { Subscriptions } from "./subscriptions.ts"

export interface SandboxServices {
  readonly behaviour: Behaviour["Service"]
  readonly bills: Bills["Service"]
  readonly books: Books["Service"]
  readonly chatList: ChatList["Service"]
  readonly clock: WechatClock["Service"]
  readonly codePayments: CodePayments["Service"]
  readonly codes: Codes["Service"]
  readonly complaints: Complaints["Service"]
  readonly credentials: Credentials["Service"]
  readonly faults: Faults["Service"]
  readonly orders: Orders["Service"]
  readonly payers: Payers["Service"]
  readonly payOuts: PayOuts["Service"]
  readonly platform: PlatformServices
  readonly phone: Phone["Service"]
  readonly refunds: Refunds["Service"]
  readonly security: Security["Service"]
  readonly signing: Signing["Service"]
  readonly subscriptions: Subscriptions["Service"]
}

/** A WeChat one can run, click and break: another party's server, with books, keys and a clock of its own. */
export class WechatSandbox extends Context.Service<WechatSandbox, SandboxServices>()(
  "wechat-sandbox/WechatSandbox"
) {
  static readonly layer = (options: SandboxOptions = {}) =>
    Layer.effect(
      WechatSandbox,
      Effect.all({
        behaviour: Behaviour,
        bills: Bills,
        books: Books,
        chatList: ChatList,
        clock: WechatClock,
        codePayments: CodePayments,
        codes: Codes,
        complaints: Complaints,
        credentials: Credentials,
        faults: Faults,
        orders: Orders,
        payers: Payers,
        payOuts: PayOuts,
        phone: Phone,
        platform: Platform,
        refunds: Refunds,
        security: Security,
        signing: Signing,
        subscriptions: Subscriptions
      })
    ).pipe(
      Layer.provide(Layer.mergeAll(ChatList.layer, Phone.layer, Subscriptions.layer)),
      Layer.provide(Platform.layer),
      Layer.provide(
        Layer.mergeAll(
          Bills.layer,
          Books.layer,
          CodePayments.layer,
          Codes.layer,
          notifier,
          Orders.layer,
          Layer.provideMerge(Complaints.layer, Payers.layer),
          PayOuts.layer,
          Refunds.layer,
          Security.layer
        )
      ),
      Layer.provide(Signing.layer),
      Layer.provide(Agenda.layer),
      Layer.provide(
        Layer.mergeAll(Behaviour.layer, Credentials.layer(options), Faults.layer, WechatClock.layer)
      )
    )
}
