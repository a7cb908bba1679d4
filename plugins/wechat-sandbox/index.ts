import { Schema } from "effect"
import { defineSandbox } from "#core"
import { sandboxRoutes } from "./door.ts"
import { migrations } from "./migrations.ts"
import { WechatSandbox } from "./sandbox.ts"

/** A WeChat one can run, click and break: the hosts of WeChat at the root, a phone, and switches for everything that goes wrong. */
export const wechatSandbox = defineSandbox({
  name: "wechat-sandbox",
  options: {
    port: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 })),
    databaseUrl: Schema.String,
    /** Where the gateway's public door is; WeChat pushes there, and sends people back. */
    gatewayUrl: Schema.UndefinedOr(Schema.URL)
  },
  databaseUrl: ({ databaseUrl }) => databaseUrl,
  migrations,
  layer: ({ gatewayUrl }) =>
    WechatSandbox.layer(gatewayUrl === undefined ? {} : { gatewayUrl: gatewayUrl.href }),
  // A film of 10 MiB, and the form around it.
  door: ({ port }) => ({ port, routes: sandboxRoutes, bodyLimit: 12 << 20 })
})
