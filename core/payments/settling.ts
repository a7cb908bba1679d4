import type { Sql } from "../database/database.ts"
import type { Events } from "../tasks/events.ts"
import type { Merchant } from "../wechat/pay/merchant.ts"
import type { StoreRules } from "../wechat/pay/stores.ts"
import type { AttemptRow } from "./store.ts"
import type { Timeline } from "./timeline.ts"

/** What settling needs besides the database: how facts reach plugins and people's timelines, and how an attempt is asked about (again). */
export interface Settling {
  readonly events: Events["Service"]
  readonly timeline: Timeline
  readonly merchantOf: (mchid: string) => Merchant | undefined
  /** By their openid, for whom alone an attempt was made. */
  readonly payerOf: (attempt: AttemptRow) => string | undefined
  readonly rulesOf: (store: string) => StoreRules
  readonly resolve: (sql: Sql, outTradeNo: string, due: number) => Promise<void>
}
