import { BlockList, isIP, type Socket } from "node:net"
import { Duration, type Effect } from "effect"

/** What a listener bears with. A deadline is never early, and late by one sweep at most. */
export interface Limits {
  /** Sockets open at once. */
  readonly callers: number
  /** The body of a message, in bytes. */
  readonly bytes: number
  /** A whole message from its first byte to its last; also how long our answer may take to leave. */
  readonly message: Duration.Input
  /** Between two messages, and before the first. */
  readonly idle: Duration.Input
  /** After so much silence a message that does not say where it ends has ended. */
  readonly quiet: Duration.Input
  /** What runs when the door closes may end within this. */
  readonly drain: Duration.Input
}

export const defaults: Limits = {
  callers: 10_000,
  bytes: 1024 * 1024,
  message: "10 seconds",
  idle: "60 seconds",
  quiet: "2 seconds",
  drain: "8 seconds"
}

/** Who holds a socket and hears what happens on it. Another may take over at any time; the listeners stay. */
export interface Owner {
  data(bytes: Buffer): void
  /** The peer has no more to say; it may still listen. */
  ended(): void
  /** What was written and did not fit has left. */
  drained?(): void
  /** `Caller.due` has come. */
  overdue(): void
  /** The door closes: what runs may end, nothing may begin. */
  retire(): void
  /** The socket is gone. */
  closed(): void
}

/** One socket. There may be thousands that say nothing, so it owns nothing before its first byte. */
export class Caller {
  readonly socket: Socket
  readonly peer: string
  owner: Owner | undefined
  /** The sweep that finds this caller overdue. */
  due: number
  readonly #callers: Callers

  constructor(socket: Socket, peer: string, callers: Callers) {
    this.socket = socket
    this.peer = peer
    this.#callers = callers
    this.due = this.after("idle")
  }

  get now(): number {
    return this.#callers.now
  }

  after(limit: "message" | "idle" | "quiet"): number {
    return this.now + this.#callers.patience[limit]
  }

  run(effect: Effect.Effect<void>): void {
    this.#callers.run(effect)
  }
}

/** Everybody on one listener. Time is counted in sweeps, so that no socket needs a timer and no clock can jump. */
export class Callers {
  static readonly sweep = Duration.seconds(1)

  now = 0
  readonly patience: Record<"message" | "idle" | "quiet", number>
  readonly run: (effect: Effect.Effect<void>) => void
  readonly #limit: number
  readonly #all = new Set<Caller>()
  readonly #silent = new Map<string, Set<Caller>>()

  constructor(limits: Limits, run: (effect: Effect.Effect<void>) => void) {
    this.run = run
    this.#limit = limits.callers
    this.patience = {
      message: sweeps(limits.message),
      idle: sweeps(limits.idle),
      quiet: sweeps(limits.quiet)
    }
  }

  /** Lets a socket in. When there is no room, one that never spoke makes it; if all have spoken, nobody does. */
  admit(socket: Socket, peer: string): Caller | undefined {
    if (this.#all.size >= this.#limit) {
      const idler = this.#idler()
      if (idler === undefined) return undefined
      this.remove(idler)
      idler.socket.destroy()
    }
    const caller = new Caller(socket, peer, this)
    this.#all.add(caller)
    const silent = this.#silent.get(peer)
    if (silent === undefined) this.#silent.set(peer, new Set([caller]))
    else silent.add(caller)
    return caller
  }

  /** The caller has spoken for the first time. */
  heard(caller: Caller): void {
    const silent = this.#silent.get(caller.peer)
    if (silent?.delete(caller) && silent.size === 0) this.#silent.delete(caller.peer)
  }

  remove(caller: Caller): void {
    this.#all.delete(caller)
    this.heard(caller)
  }

  tick(): void {
    this.now += 1
    for (const caller of this.#all) {
      if (caller.due > this.now) continue
      if (caller.owner === undefined) caller.socket.destroy()
      else caller.owner.overdue()
    }
  }

  retire(): void {
    for (const { owner, socket } of this.#all) {
      if (owner === undefined) socket.destroy()
      else owner.retire()
    }
  }

  dismiss(): void {
    for (const { socket } of this.#all) socket.destroy()
  }

  /** The longest silent of the peer with the most silent sockets. */
  #idler(): Caller | undefined {
    let most: Set<Caller> | undefined
    for (const silent of this.#silent.values()) {
      if (silent.size > (most?.size ?? 0)) most = silent
    }
    return most?.values().next().value
  }
}

/** One more than fit in, as the first is already running. */
const sweeps = (duration: Duration.Input): number =>
  Math.ceil(Duration.toMillis(duration) / Duration.toMillis(Callers.sweep)) + 1

/** Addresses and networks (`10.1.0.0/16`) that may call; this machine always may. Throws on what is neither. */
export const guestList = (entries: ReadonlyArray<string>): BlockList => {
  const list = new BlockList()
  for (const entry of ["127.0.0.0/8", "::1", ...entries]) {
    const [address = "", prefix] = entry.split("/")
    const family = isIP(address) === 6 ? "ipv6" : "ipv4"
    if (isIP(address) === 0 || (prefix !== undefined && !/^\d{1,3}$/.test(prefix))) {
      throw new TypeError(`${entry} is neither an address nor a network`)
    }
    if (prefix === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(prefix), family)
  }
  return list
}
