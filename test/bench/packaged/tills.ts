import { once } from "node:events"
import { connect } from "node:net"
import { setTimeout } from "node:timers/promises"

/** How a round went: each message's milliseconds, and what was not answered as it should be. */
export interface Round {
  readonly seconds: number
  readonly waits: ReadonlyArray<number>
  readonly strange: ReadonlyArray<string>
}

/** So many callers send one message after another, each on a connection of its own that stays open. */
export const sell = async (
  port: number,
  messages: ReadonlyArray<Buffer>,
  tills: number,
  isRight = (said: string) => said.includes("<RetCode>00</RetCode>"),
  /** So many a second, each when it is due; as many as go, unless said. */
  perSecond = Number.POSITIVE_INFINITY
): Promise<Round> => {
  const waits: Array<number> = []
  const strange: Array<string> = []
  let next = 0
  const till = async () => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true })
    await once(socket, "connect")
    let heard = Buffer.alloc(0)
    let answered: (body: Buffer) => void = () => {}
    socket.on("data", (chunk) => {
      heard = heard.length === 0 ? chunk : Buffer.concat([heard, chunk])
      const head = heard.indexOf("\r\n\r\n") + 4
      if (head < 4) return
      const [, length = "0"] =
        /content-length: (\d+)/i.exec(heard.subarray(0, head).toString("latin1")) ?? []
      const end = head + Number(length)
      if (heard.length < end) return
      const body = heard.subarray(head, end)
      heard = heard.subarray(end)
      answered(body)
    })
    for (let place = next++; place < messages.length; place = next++) {
      const due = start + (1_000 * place) / perSecond
      if (due > performance.now()) await setTimeout(due - performance.now())
      const body = new Promise<Buffer>((resolve) => {
        answered = resolve
      })
      const sent = performance.now()
      socket.write(messages[place] as Buffer)
      const said = (await body).toString("latin1")
      waits.push(performance.now() - (perSecond === Number.POSITIVE_INFINITY ? sent : due))
      if (!isRight(said)) strange.push(said)
    }
    socket.destroy()
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: tills }, till))
  return { seconds: (performance.now() - start) / 1000, waits, strange }
}
