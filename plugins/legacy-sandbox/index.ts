import { Redacted, Schema } from "effect"
import { defineSandbox } from "#core"
import { controlRoutes } from "./control.ts"
import { houseRoutes } from "./house.ts"
import { kingdeeRoutes } from "./kingdee.ts"
import { migrations } from "./migrations.ts"
import { LegacySandbox } from "./sandbox.ts"

/** The old systems at the other end: an ERP one can run, look into and break. */
export const legacySandbox = defineSandbox({
  name: "legacy-sandbox",
  options: {
    port: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 })),
    databaseUrl: Schema.String,
    /** What messages in the house dialect are signed with; `erp-dummy-key` unless said. */
    secret: Schema.optional(Schema.Redacted(Schema.NonEmptyString)),
    /** Who may log in to Kingdee; `gwuser` with `dummy-password` unless said. */
    user: Schema.optional(Schema.NonEmptyString),
    password: Schema.optional(Schema.Redacted(Schema.NonEmptyString))
  },
  databaseUrl: ({ databaseUrl }) => databaseUrl,
  migrations,
  layer: ({ password, secret, user }) =>
    LegacySandbox.layer({
      secret: secret ?? Redacted.make("erp-dummy-key"),
      user: user ?? "gwuser",
      password: Redacted.value(password ?? Redacted.make("dummy-password"))
    }),
  door: ({ port }) => ({ port, routes: [...kingdeeRoutes, ...houseRoutes, ...controlRoutes] })
})
