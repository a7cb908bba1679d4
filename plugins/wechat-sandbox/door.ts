import { type Route, route } from "#core"
import { controlRoutes } from "./control.ts"
import { phoneRoutes } from "./pages/phone.ts"
import { payApis } from "./pay/apis.ts"
import { serve } from "./pay/serve.ts"
import { v2Apis } from "./pay/v2/apis.ts"
import { serveV2 } from "./pay/v2/serve.ts"
import { platformApis } from "./platform/apis/all.ts"
import { platformControl } from "./platform/control/all.ts"
import { openRoutes } from "./platform/open-routes.ts"
import { serve as servePlatform, wrongMethod } from "./platform/serve.ts"
import { WechatSandbox } from "./sandbox.ts"

const payRoutes = payApis.map((api) =>
  route.raw(api.method, api.path, (request) =>
    WechatSandbox.use((sandbox) => serve(sandbox, api, request))
  )
)

const v2Routes = v2Apis.map((api) =>
  route.raw("POST", api.path, (request) =>
    WechatSandbox.use((sandbox) => serveV2(sandbox, api, request))
  )
)

const platformRoutes = platformApis.flatMap((api) => [
  route.raw(api.method, api.path, (request) =>
    WechatSandbox.use(({ platform }) => servePlatform(platform, api, request))
  ),
  route.raw(api.method === "GET" ? "POST" : "GET", api.path, () => wrongMethod(api))
])

/** Everything at the root of the sandbox's door: WeChat Pay and the platform under WeChat's own paths, the phone, and the switches. */
export const sandboxRoutes: ReadonlyArray<Route<WechatSandbox>> = [
  ...payRoutes,
  ...v2Routes,
  ...platformRoutes,
  ...openRoutes,
  ...controlRoutes,
  ...platformControl,
  ...phoneRoutes
]

export { WechatSandbox }
