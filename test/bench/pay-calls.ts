/**
 * What it costs to ask for a payment inside WeChat and to hear that it was paid, on each database, against a WeChat that has signed its
 * answers and notifies beforehand. Pay calls a second and their share of what one core manages of the RSA in them (a request and the
 * cashier's parameters signed, an answer verified); RSA's share of the gateway's CPU; then the notifies: as many as go, and two
 * hundred a second. All share the machine.
 *
 * `node test/bench/pay-calls.ts [rounds] [payments a round]`; on MariaDB too where `WEIR_TEST_MARIADB_URL` names one.
 */
import { randomBytes, sign, verify } from "node:crypto"
import { Effect } from "effect"
import { outTradeNo } from "../../core/values/numbers.ts"
import { mariadb, temporaryDatabaseOn } from "../support/server.ts"
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
import { type Round, sell } from "./packaged/tills.ts"
import { credentials, keys, notifyOf, openidOf, openWechat } from "./packaged/wechat.ts"

const rounds = Number(process.argv[2] ?? 5)
const payments = Number(process.argv[3] ?? 2_000)
const together = 64
const amount = 12_850
const goals = { rsa: 0.65, ceiling: 0.9, p99: 100 }
const config = new URL("./pay-calls/gateway.config.ts", import.meta.url).pathname

const wechat = await openWechat()
const places = openPlaces(wechat.url)

const text = randomBytes(400)
const signature = sign("RSA-SHA256", text, keys.theirs.privateKey)
const signCost = () => costOf(200, () => sign("RSA-SHA256", text, keys.ours))
const verifyCost = () =>
  costOf(400, () => verify("RSA-SHA256", text, keys.theirs.publicKey, signature))

const run = randomBytes(3).toString("hex")
let count = 0

const post = (
  port: string,
  path: string,
  headers: Readonly<Record<string, unknown>>,
  body: string
) =>
  Buffer.from(
    [
      `POST ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      "",
      body
    ].join("\r\n")
  )

const asking = (port: string, order: string, place: number) => {
  const body = JSON.stringify({ order, amount, openid: openidOf(place) })
  const headers = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) }
  return post(port, "/shop/pay", headers, body)
}

const telling = (port: string, number: string, place: number) => {
  const { body, headers } = notifyOf(number, amount, place)
  return post(port, `/wechat/pay/notify/${credentials.WECHAT_MERCHANT_ID}/payment`, headers, body)
}

interface Seen {
  readonly calls: Round
  readonly cpu: number
  readonly rsa: number
  readonly notifies: Round
  readonly notifyCpu: number
  readonly paced: Round
}

const whole = ({ strange }: Round) => {
  if (strange.length > 0) throw new Error(`${strange.length} strange answers: ${strange[0]}`)
}

const round = async ({ place, started }: Gateway): Promise<Seen> => {
  const port = place.settings.PORT ?? ""
  const orders = Array.from({ length: payments }, () => `${run}${count++}`)
  const numbers = orders.map((reference) =>
    outTradeNo({ plugin: "shop", reference, part: "", attempt: 1 })
  )
  wechat.expect(numbers)
  const timed = async (
    messages: ReadonlyArray<Buffer>,
    isRight: (said: string) => boolean,
    perSecond?: number
  ) => {
    const before = cpuOf(started)
    const seen = await sell(Number(port), messages, together, isRight, perSecond)
    whole(seen)
    return { seen, cpu: (cpuOf(started) - before) / messages.length }
  }
  const rsa = 2 * signCost() + verifyCost()
  const calls = await timed(
    orders.map((order, place) => asking(port, order, place)),
    (said) => /"paySign":"[^"]{300,}"/.test(said)
  )
  const told = numbers.map((number, place) => telling(port, number, place))
  const half = told.length >> 1
  const isTaken = (said: string) => said.includes("SUCCESS")
  const notifies = await timed(told.slice(0, half), isTaken)
  const paced = await timed(told.slice(half), isTaken, 200)
  return {
    calls: calls.seen,
    cpu: calls.cpu,
    rsa,
    notifies: notifies.seen,
    notifyCpu: notifies.cpu,
    paced: paced.seen
  }
}

interface Gateway {
  readonly name: string
  readonly place: Place
  readonly started: Started
}

const open = async (name: string, databaseUrl?: string): Promise<Gateway> => {
  const place = await places.place(name, databaseUrl, config)
  return { name, place, started: await start(place) }
}

const at = ({ waits }: Round, share: number) =>
  waits.toSorted((a, b) => a - b)[Math.floor(waits.length * share)] ?? Number.NaN
const perSecond = ({ seconds, waits }: Round) => waits.length / seconds

const tell = (name: string, seen: ReadonlyArray<Seen>) => {
  const of = (what: (seen: Seen) => number) => median(seen.map(what))
  const p99 = of(({ paced }) => at(paced, 0.99))
  console.log(`${name}
  pay calls    ${of(({ calls }) => perSecond(calls)).toFixed(0)}/s at ${together} in flight, p50 ${of(({ calls }) => at(calls, 0.5)).toFixed(1)} ms, p99 ${of(({ calls }) => at(calls, 0.99)).toFixed(1)} ms
               CPU ${of(({ cpu }) => cpu).toFixed(0)} µs, RSA ${of(({ rsa }) => rsa).toFixed(0)} µs: share ${of(({ cpu, rsa }) => rsa / cpu).toFixed(2)} (${goals.rsa} at least)
               calls/s ÷ one core's RSA ${of(({ calls, rsa }) => (perSecond(calls) * rsa) / 1e6).toFixed(2)} (${goals.ceiling} at least)
  notifies     ${of(({ notifies }) => perSecond(notifies)).toFixed(0)}/s at ${together} in flight, CPU ${of(({ notifyCpu }) => notifyCpu).toFixed(0)} µs
  200 a second p50 ${of(({ paced }) => at(paced, 0.5)).toFixed(1)} ms, p99 ${p99.toFixed(1)} ms (${goals.p99} at most)`)
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
    tell(name, seen[place] ?? [])
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
