import { isIPv4 } from "node:net"
import type { Visitor } from "../../payments/pages/state.ts"
import type { Browser } from "../../wechat/pay/body.ts"

/**
 * On what a browser says that it runs. WeChat on a computer opens no cashier for pages, and WeChat's sister for companies (`wxwork`) none
 * for this account, so there they are a computer and a phone like others.
 */
export const deviceOf = (agent = ""): Visitor["device"] => {
  const isPhone = /Mobile|Android|iPhone|iPad|iPod|HarmonyOS/i.test(agent)
  const isInside = /MicroMessenger/i.test(agent) && !/wxwork|WindowsWechat|MacWechat/i.test(agent)
  if (isInside && /miniProgram/i.test(agent)) return "mini-program"
  if (isInside) return "wechat"
  return isPhone ? "phone" : "computer"
}

/** What WeChat wants to know of a phone's browser. */
export const systemOf = (agent = ""): Browser["device"] => {
  if (/iPhone|iPad|iPod/.test(agent)) return "iOS"
  return /Android/.test(agent) ? "Android" : "Wap"
}

/** An IPv4 address as such also where the socket takes both kinds. */
export const addressOf = (address = ""): string => {
  const short = address.replace(/^::ffff:/i, "")
  return isIPv4(short) ? short : address
}
