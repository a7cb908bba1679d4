import { Context, Effect, Layer } from "effect"
import { Database } from "#core"
import { Behaviour } from "../behaviour.ts"
import { WechatClock } from "../clock.ts"
import { Faults } from "../faults.ts"
import { Accounts } from "./accounts.ts"
import { Chats } from "./chats.ts"
import { Logins } from "./logins.ts"
import { Mass } from "./mass.ts"
import { Notices } from "./notices.ts"
import { OpenPages } from "./open-pages.ts"
import { People } from "./people.ts"
import { Pushes } from "./pushes.ts"
import { QrLogins } from "./qr-logins.ts"
import { Quotas } from "./quotas.ts"
import { Sends } from "./sends.ts"
import { Tags } from "./tags.ts"
import { Templates } from "./templates.ts"
import { Tokens } from "./tokens.ts"
import { Users } from "./users.ts"

export interface PlatformServices {
  readonly accounts: Accounts["Service"]
  readonly behaviour: Behaviour["Service"]
  readonly chats: Chats["Service"]
  readonly clock: WechatClock["Service"]
  readonly database: Database["Service"]
  readonly faults: Faults["Service"]
  readonly logins: Logins["Service"]
  readonly open: OpenPages["Service"]
  readonly people: People["Service"]
  readonly pushes: Pushes["Service"]
  readonly qrLogins: QrLogins["Service"]
  readonly quotas: Quotas["Service"]
  readonly mass: Mass["Service"]
  readonly notices: Notices["Service"]
  readonly sends: Sends["Service"]
  readonly tags: Tags["Service"]
  readonly templates: Templates["Service"]
  readonly tokens: Tokens["Service"]
  readonly users: Users["Service"]
}

/** The platform half of this WeChat: accounts and people, logins, messages and events. */
export class Platform extends Context.Service<Platform, PlatformServices>()(
  "wechat-sandbox/Platform"
) {
  static readonly layer = Layer.effect(
    Platform,
    Effect.all({
      accounts: Accounts,
      behaviour: Behaviour,
      chats: Chats,
      clock: WechatClock,
      database: Database,
      faults: Faults,
      logins: Logins,
      open: OpenPages,
      people: People,
      pushes: Pushes,
      qrLogins: QrLogins,
      quotas: Quotas,
      mass: Mass,
      notices: Notices,
      sends: Sends,
      tags: Tags,
      templates: Templates,
      tokens: Tokens,
      users: Users
    })
  ).pipe(
    Layer.provide(
      Layer.mergeAll(
        Chats.layer,
        Mass.layer,
        Notices.layer,
        OpenPages.layer,
        Sends.layer,
        Tags.layer
      )
    ),
    Layer.provide(Templates.layer),
    Layer.provide(Pushes.layer),
    Layer.provide(
      Layer.mergeAll(Logins.layer, QrLogins.layer, Quotas.layer, Tokens.layer, Users.layer)
    ),
    Layer.provideMerge(People.layer),
    Layer.provideMerge(Accounts.layer)
  )
}
