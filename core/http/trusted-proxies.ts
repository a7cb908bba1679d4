import { BlockList, isIP } from "node:net"
import type { Socketed } from "./app.ts"

/** The caller's address by `X-Forwarded-For`, which is believed where the peer is one of these addresses or blocks. */
export const callerBy = (blocks: ReadonlyArray<string>) => {
  const proxies = new BlockList()
  for (const block of blocks) addTo(proxies, block)
  const isProxy = (address: string) => proxies.check(address, familyOf(address))
  return ({ headers }: Pick<Request, "headers">, { incoming }: Socketed = {}) => {
    const peer = blocks.length === 0 ? undefined : incoming?.socket.remoteAddress
    if (peer === undefined || !isProxy(peer)) return undefined
    const chain = (headers.get("x-forwarded-for") ?? "").split(",").map((hop) => hop.trim())
    // Each proxy adds, at the end, whom it saw. The last that is not ours is the caller; what stands before is his own word.
    return chain.findLast((hop) => isIP(hop) !== 0 && !isProxy(hop)) ?? peer
  }
}

/** `10.0.0.1`, `10.0.0.0/8`, `fd00::/8`. */
export const isBlock = (block: string): boolean => {
  const [address = "", prefix = "0", ...more] = block.split("/")
  const bits = isIP(address) === 6 ? 128 : 32
  return isIP(address) !== 0 && /^\d+$/.test(prefix) && Number(prefix) <= bits && more.length === 0
}

const addTo = (list: BlockList, block: string): void => {
  if (!isBlock(block)) throw new TypeError(`"${block}" is no address, nor a block like 10.0.0.0/8`)
  const [address = "", prefix] = block.split("/")
  if (prefix === undefined) list.addAddress(address, familyOf(address))
  else list.addSubnet(address, Number(prefix), familyOf(address))
}

const familyOf = (address: string) => (isIP(address) === 6 ? "ipv6" : "ipv4")
