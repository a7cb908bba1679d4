/**
 * What a till's sale costs: GBK XML on the legacy door, journaled, paid, answered, on each database, against a WeChat that has signed
 * its answers beforehand. Sales a second and how long each takes; how much of the gateway's CPU is RSA; and sales a second as a share
 * of the signatures and verifications that one core manages, measured in turns with them. Tills, WeChat, gateway and database share the
 * machine, so all of them are in the figures.
 *
 * `node test/bench/till-sales.ts [rounds] [sales a round]`; on MariaDB too where `WEIR_TEST_MARIADB_URL` names one.
 */
import { randomBytes, sign, verify } from "node:crypto"
import { Effect } from "effect"
import { outTradeNo } from "../../core/values/numbers.ts"
import { mariadb, temporaryDatabaseOn } from "../support/server.ts"
import { house, sale } from "../support/store.ts"
import {
  costOf,
  cpuOf,
  median,
  openPlaces,
  type Place,
  type Started,
  start,
  stop
} from "./packaged/gateway.ts"
import { sell } from "./packaged/tills.ts"
import { keys, openWechat } from "./packaged/wechat.ts"

const rounds = Number(process.argv[2] ?? 5)
const sales = Number(process.argv[3] ?? 4_000)
const tills = 64
const goals = { rsa: 0.5, ceiling: 0.9 }

const wechat = await openWechat()
const places = openPlaces(wechat.url)

const text = randomBytes(400)
const signature = sign("RSA-SHA256", text, keys.theirs.privateKey)
/** What WeChat's interface cannot do without: a request signed, an answer verified. */
const rsaCost = () =>
  costOf(200, () => sign("RSA-SHA256", text, keys.ours)) +
  costOf(400, () => verify("RSA-SHA256", text, keys.theirs.publicKey, signature))

const run = randomBytes(3).toString("hex")
let count = 0

/** So many tickets, each with its message in the till's own bytes and WeChat's answer to come. */
const prepare = async (port: string) => {
  const tickets = Array.from({ length: sales }, () => `${run}${count++}`)
  wechat.prepare(
    tickets.map((ticket) => {
      const reference = `GZ0013/02/20261124/${ticket}`
      return outTradeNo({ plugin: "pos", reference, part: "", attempt: 1 })
    }),
    12_850
  )
  return Promise.all(
    tickets.map(async (ticket, place) => {
      const code = `13${String(process.pid * 100_000 + place).padStart(16, "0")}`
      const body = await Effect.runPromise(house.write(sale(ticket, code)))
      const head = `POST /pos/xml HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: ${body.length}\r\n\r\n`
      return Buffer.concat([Buffer.from(head), body])
    })
  )
}

interface Seen {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  readonly cpu: number
  readonly rsa: number
  readonly ceiling: number
}

const round = async ({ place, started }: Gateway): Promise<Seen> => {
  const port = place.settings.LEGACY_PORT ?? ""
  const messages = await prepare(port)
  const rsa = rsaCost()
  const before = cpuOf(started)
  const { seconds, strange, waits } = await sell(Number(port), messages, tills)
  const cpu = (cpuOf(started) - before) / sales
  if (strange.length > 0) throw new Error(`${strange.length} strange answers: ${strange[0]}`)
  const sorted = waits.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN
  const perSecond = sales / seconds
  return { perSecond, p50: at(0.5), p99: at(0.99), cpu, rsa, ceiling: (perSecond * rsa) / 1e6 }
}

interface Gateway {
  readonly name: string
  readonly place: Place
  readonly started: Started
}

const open = async (name: string, databaseUrl?: string): Promise<Gateway> => {
  const place = await places.place(name, databaseUrl)
  return { name, place, started: await start(place) }
}

const compare = async (databaseUrl: string | undefined) => {
  const gateways = [await open("SQLite")]
  if (databaseUrl !== undefined) gateways.push(await open("MariaDB", databaseUrl))
  const seen = gateways.map((): Array<Seen> => [])
  for (let turn = 0; turn <= rounds; turn++)
    for (const [place, gateway] of gateways.entries()) {
      const one = await round(gateway)
      // The first is for warming up.
      if (turn > 0) seen[place]?.push(one)
    }
  for (const [place, { name, started }] of gateways.entries()) {
    const of = (what: (seen: Seen) => number) => median((seen[place] ?? []).map(what))
    console.log(
      `${name}: ${of((one) => one.perSecond).toFixed(0)} sales/s at ${tills} in flight, ` +
        `p50 ${of((one) => one.p50).toFixed(1)} ms, p99 ${of((one) => one.p99).toFixed(1)} ms`
    )
    console.log(
      `  gateway CPU ${of((one) => one.cpu).toFixed(0)} µs a sale, RSA ${of((one) => one.rsa).toFixed(0)} µs: ` +
        `share ${of((one) => one.rsa / one.cpu).toFixed(2)} (${goals.rsa} at least)`
    )
    console.log(
      `  sales/s ÷ one core's RSA ${of((one) => one.ceiling).toFixed(2)} (${goals.ceiling} at least)`
    )
    await stop(started)
  }
}

await Effect.runPromise(
  Effect.gen(function* () {
    const server = mariadb === "" ? undefined : yield* temporaryDatabaseOn(mariadb)
    yield* Effect.promise(() => compare(server))
    if (mariadb === "") console.log("MariaDB: WEIR_TEST_MARIADB_URL is not set")
  }).pipe(Effect.scoped)
)
wechat.close()
places.close()
