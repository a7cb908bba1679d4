import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { connect, type Socket } from "node:net"

/** A legacy door in another process, and thousands of sockets that connect to it and say nothing. */
export class SilentCrowd {
  static async gather(): Promise<SilentCrowd> {
    const door = fork(new URL("./legacy-door.ts", import.meta.url), { execArgv: ["--expose-gc"] })
    const [port] = await once(door, "message")
    return new SilentCrowd(door, port)
  }

  readonly port: number
  readonly #door: ChildProcess
  readonly #sockets: Array<Socket> = []

  constructor(door: ChildProcess, port: number) {
    this.#door = door
    this.port = port
  }

  async join(count: number): Promise<void> {
    for (let left = count; left > 0; left -= 100) {
      const some = Array.from({ length: Math.min(left, 100) }, () =>
        connect(this.port, "127.0.0.1")
      )
      await Promise.all(some.map((socket) => once(socket, "connect")))
      this.#sockets.push(...some)
    }
  }

  /** The memory of the door's process, in bytes. */
  async memory(): Promise<number> {
    this.#door.send("how much?")
    const [bytes] = await once(this.#door, "message")
    return bytes
  }

  /** Those of them that are still connected. */
  get present(): number {
    return this.#sockets.filter(({ readyState }) => readyState === "open").length
  }

  async disperse(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    const gone = once(this.#door, "exit")
    this.#door.disconnect()
    await gone
  }
}
