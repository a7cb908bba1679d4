import { Context } from "effect"

/** Where WeChat is: WeChat's own hosts, or the sandbox's one. Each an origin, without a slash at its end. */
export class WechatHosts extends Context.Service<
  WechatHosts,
  {
    /** Servers ask here. */
    readonly api: string
    /** Pages on which people log in and agree. */
    readonly open: string
    /** Pictures of QR codes, and pages of subscriptions. */
    readonly mp: string
  }
>()("weir/WechatHosts") {}
