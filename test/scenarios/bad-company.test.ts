import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { crowd, mostOpen } from "../support/crowd.ts"
import { Ground, installed, opened, sold } from "../support/ground.ts"
import { start, stop } from "../support/installation.ts"
import { countIn, faultsIn } from "../support/payment-books.ts"
import { about, ask, curl, house, mis, post, sale, says, secret, talk } from "../support/store.ts"

/** A request whose head is said to be of a body that is not what comes. */
const posts = (body: string | Uint8Array, length = body.length) =>
  Buffer.concat([
    Buffer.from(`POST /pos/xml HTTP/1.1\r\nHost: weir\r\nContent-Length: ${length}\r\n\r\n`),
    typeof body === "string" ? Buffer.from(body, "latin1") : body
  ])

const tenMegabytes = Buffer.alloc(10 << 20, 0x20)
const chunks = Buffer.concat([
  Buffer.from("POST /pos/xml HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nA00000\r\n"),
  tenMegabytes
])
const bomb = `<!DOCTYPE x [<!ENTITY a "${"a".repeat(1000)}"><!ENTITY b "${"&a;".repeat(1000)}">]><Request><TranCode>&b;</TranCode></Request>`

const hostile: ReadonlyArray<readonly [what: string, bytes: Uint8Array, code?: string]> = [
  ["ten megabytes in one piece", posts(tenMegabytes)],
  ["ten megabytes in chunks", chunks],
  ["half a message, then silence", posts("<Request><TranCode>MICROPAY</Tr", 400)],
  ["half an element", posts("<Request><TranCode>MICROPAY</TranCode>")],
  ["a bomb of entities", posts(bomb)],
  ["a DTD of somebody else's", posts('<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x"><Request/>')],
  // What a declaration says is not believed, as old systems declare one charset and write another; a signature is asked for.
  ["a charset nobody knows", posts('<?xml version="1.0" encoding="KLINGON"?><Request/>'), "E2"],
  ["UTF-16", posts(Buffer.from("\ufeff<Request><TranCode>QUERY</TranCode></Request>", "utf16le"))],
  ["a Chinese character cut in half", posts("<Request><Body>\xcc</Body></Request>")],
  ["depth without end", posts("<a>".repeat(300_000))],
  ["nothing at all", posts("")]
]

layer(Ground.layer, { excludeTestServices: true, timeout: "90 seconds" })("a gateway", (it) => {
  it.effect(
    "refuses what is no message in the caller's own words, and stores nothing of it",
    () =>
      Effect.gen(function* () {
        const { at, gateway } = yield* opened
        const refused = Effect.fnUntraced(function* ([
          what,
          bytes,
          code = "E1"
        ]: (typeof hostile)[number]) {
          const heard = yield* talk({ port: at.ports.legacy, bytes, until: isWhole })
          const [head = ""] = heard.toString("latin1").split("\r\n\r\n")
          assert.match(head, /^HTTP\/1\.[01] 200 OK\r\n/, what)
          assert.include(head, "Content-Type: text/xml; charset=GBK", what)
          const told = yield* house.read(heard.subarray(head.length + 4))
          assert.strictEqual(told.RetCode, code, what)
          assert.include(told.RetMsg, code === "E1" ? "报文格式错误" : "签名错误", what)
        })
        const terminal = Effect.fnUntraced(function* (length: number) {
          const heard = yield* ask(at, Buffer.alloc(length, 0x20))
          assert.lengthOf(heard, 148)
          assert.strictEqual((yield* mis.read(heard)).ret, "E1", `${length} bytes`)
        })
        yield* Effect.all(
          [
            Effect.forEach(hostile, refused, { concurrency: "unbounded" }),
            // Too few, the shortest there is, between the two lengths, and more than one message.
            Effect.forEach([10, 59, 60, 200], terminal, { concurrency: "unbounded" })
          ],
          { concurrency: "unbounded" }
        )
        const notify = `http://127.0.0.1:${at.ports.public}/wechat/pay/notify/1900012345/payment`
        const status = ["-o", "/dev/null", "-w", "%{http_code}"]
        const large = yield* curl({ body: tenMegabytes }, ...status, notify)
        assert.strictEqual(Buffer.from(large).toString(), "413")
        assert.strictEqual((yield* sold(at, "afterwards")).RetCode, "00")
        yield* stop(gateway)
        assert.strictEqual(yield* countIn(at, "weir_journal"), 1)
        assert.deepEqual(yield* faultsIn(at), [])
      }),
    60_000
  )

  it.effect.skipIf(mostOpen < 6_000)(
    "still answers among 5,000 who say nothing, and grows by no more than 64 MB",
    () =>
      Effect.gen(function* () {
        const { at, gateway } = yield* opened
        yield* sold(at, "asked-about")
        const query = { TranCode: "QUERY", ...about("asked-about") }
        const asks = Effect.gen(function* () {
          const since = performance.now()
          assert.strictEqual((yield* says(at, query)).RetCode, "00")
          return performance.now() - since
        })
        const slowest = Effect.map(
          Effect.forEach(Array.from({ length: 300 }), () => asks, { concurrency: 4 }),
          (times) => times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN
        )
        yield* slowest
        const alone = yield* slowest
        const before = gateway.memory
        const silent = yield* Effect.all([
          crowd(at.ports.legacy, 2_500),
          crowd(at.ports.mis, 2_500)
        ])
        const among = yield* slowest
        assert.strictEqual((yield* sold(at, "among-them")).RetCode, "00")
        assert.isBelow(gateway.memory - before, 64)
        const present = yield* Effect.all(silent.map(({ present }) => present))
        assert.deepEqual(present, [2_500, 2_500])
        yield* Effect.logInfo(
          `QUERY among 5,000 silent: p99 ${among.toFixed(1)} ms, alone ${alone.toFixed(1)} ms, ratio ${(among / alone).toFixed(2)}, +${(gateway.memory - before).toFixed(0)} MB`
        )
      }),
    60_000
  )

  it.effect("writes no code, openid, key or secret into its log or its metrics", () =>
    Effect.gen(function* () {
      const { wechat } = yield* Ground
      const at = yield* installed()
      const gateway = yield* start(at, { args: ["--log-level", "trace"] })
      yield* Effect.forEach(
        ["paid", "notenough", "expired", "bankerror", "systemerror"],
        (outcome) => Effect.flatMap(wechat.code(outcome), (code) => says(at, sale(outcome, code))),
        { concurrency: "unbounded" }
      )
      const refund = {
        TranCode: "REFUND",
        ...about("back"),
        OrigTicketNo: "paid",
        RefundFee: "1.00"
      }
      yield* says(at, refund)
      const code = yield* wechat.code("paid")
      yield* post(at, "/pos/xml", yield* house.write({ ...sale("wrong", code), TotalFee: "1e3" }))
      yield* post(at, "/pos/xml", Buffer.from(`<Request><AuthCode>${code}</AuthCode>`))
      const metrics = yield* curl({}, `http://127.0.0.1:${at.ports.operator}/metrics`)
      yield* stop(gateway)
      const orders = yield* wechat.orders
      const credentials = yield* wechat.credentials
      const canaries = [
        code,
        secret,
        credentials.apiV3Key,
        credentials.merchantPrivateKey.split("\n")[1],
        readFileSync(join(at.folder, "weir.db-seal-key"), "utf8"),
        ...orders.flatMap(({ authCode = "", openid }) => [authCode, openid])
      ].filter((canary) => canary !== "")
      assert.include(gateway.output, "codepay")
      for (const text of [gateway.output, Buffer.from(metrics).toString()])
        assert.deepEqual(
          canaries.filter((canary) => text.includes(canary)),
          []
        )
    })
  )
})

const isWhole = (heard: Buffer) => {
  const head = heard.indexOf("\r\n\r\n")
  const [, length = "0"] = /Content-Length: (\d+)/.exec(heard.toString("latin1")) ?? []
  return head > 0 && heard.length >= head + 4 + Number(length)
}
