import { Config } from "effect"
import { defineGateway } from "#core"
import { env } from "./config/env.ts"
import { pos } from "./plugins/pos/index.ts"
import { wechatSandbox } from "./plugins/wechat-sandbox/index.ts"

export default defineGateway({
  ...env.gateway,

  plugins: [
    pos({
      secret: env.posSecret,
      // One bank's terminals; `port` is where its library connects.
      mis: Config.map(env.misPort, (port) => ({
        port,
        store: "GZ0013",
        merchant: "898440153990017",
        terminal: "10203040"
      }))
    }),
    // WeChat for development, served by a process of its own: `weir sandbox`.
    wechatSandbox({
      port: env.gateway.sandboxPort,
      databaseUrl: env.sandboxDatabaseUrl,
      gatewayUrl: env.gateway.publicUrl
    })
  ]
})
