import { BlockList, isIP } from "node:net"
import type { MiddlewareHandler } from "hono"
import type { Carried } from "../app.ts"

/** Believes `X-Forwarded-For` where the peer is one of these addresses or blocks (`10.0.0.0/8`), and finds the caller in it. */
export const trustedProxies = (addresses: ReadonlyArray<string>): MiddlewareHandler<Carried> => {
  const proxies = blockList(addresses)
  const isProxy = (address: string) => proxies.check(address, isIP(address) === 6 ? "ipv6" : "ipv4")
  return function trustedProxies(c, next) {
    const peer = c.env?.incoming?.socket.remoteAddress
    if (peer !== undefined && isProxy(peer)) {
      const chain = (c.req.header("x-forwarded-for") ?? "").split(",").map((hop) => hop.trim())
      // Each proxy adds, at the end, whom it saw. The last that is not ours is the caller; what stands before is his own word.
      c.set("client", [peer, ...chain].findLast((hop) => isIP(hop) !== 0 && !isProxy(hop)) ?? peer)
    }
    return next()
  }
}

const blockList = (addresses: ReadonlyArray<string>): BlockList => {
  const list = new BlockList()
  for (const entry of addresses) {
    const [address = "", prefix] = entry.split("/")
    const family = isIP(address) === 6 ? "ipv6" : "ipv4"
    if (prefix === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(prefix), family)
  }
  return list
}
