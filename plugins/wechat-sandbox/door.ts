import { type Route, route } from "#core"
import { controlRoutes } from "./control.ts"
import { phoneRoutes } from "./pages/phone.ts"
import { payApis } from "./pay/apis.ts"
import { serve } from "./pay/serve.ts"
import { WechatSandbox } from "./sandbox.ts"

const payRoutes = payApis.map((api) =>
  route.raw(api.method, api.path, (request) =>
    WechatSandbox.use((sandbox) => serve(sandbox, api, request))
  )
)

/** Everything at the root of the sandbox's door: WeChat Pay under WeChat's own paths, the phone, and the switches. */
export const sandboxRoutes: ReadonlyArray<Route<WechatSandbox>> = [
  ...payRoutes,
  ...controlRoutes,
  ...phoneRoutes
]

export { WechatSandbox }
