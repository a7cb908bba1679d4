import { assert, describe, it } from "@effect/vitest"
import { Cause, Console, Effect, Layer, Redacted, References } from "effect"
import fc from "fast-check"
import { layer } from "../../../core/observability/logger.ts"
import { masked } from "../../../core/observability/redaction.ts"
import { type Logbook, logbook } from "../../support/logbook.ts"

const writing = (log: Logbook, effect: Effect.Effect<void>) =>
  Effect.andThen(Effect.provideContext(effect, log.context), log.events)

/** What makes one event look like two, or like another's, to some reader. */
const injections = [
  'a\n{"level":"error","msg":"all is lost"}',
  "a\r\nb",
  "a\rb",
  "a\u0085b",
  "a\u2028b\u2029c",
  "a\vb\fc",
  "\u001b[2J\u001b[1;31mred",
  "\u009b31mred",
  "\u001b]0;title\u0007",
  "a\bb\u007f",
  "a\u0000b",
  "\u202egnp.exe",
  "\u2066a\u2069",
  "\ufeffa",
  '","level":"error',
  "\\",
  "\ud800"
]
// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must not be there.
const dangerous = /[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]/

describe("a line of JSON", () => {
  it.effect("says when, how grave, what, and the fields of annotations and message", () =>
    Effect.gen(function* () {
      const log = yield* logbook()
      const said = Effect.logWarning("a door", "closed", { connections: 2, why: undefined })
      assert.deepStrictEqual(
        yield* writing(log, Effect.annotateLogs(said, { request: "r1", part: "http" })),
        [
          {
            time: "1970-01-01T00:00:00.000Z",
            level: "warn",
            msg: "a door closed",
            request: "r1",
            part: "http",
            connections: 2
          }
        ]
      )
    })
  )

  it.effect.each(injections)("is one event, whatever is in it (%#)", (text) =>
    Effect.gen(function* () {
      const log = yield* logbook()
      const said = Effect.logInfo(
        text,
        { [text]: text, nested: { [text]: [text] } },
        Cause.die(text)
      )
      yield* writing(log, Effect.annotateLogs(said, "note", text))
      const lines = yield* log.lines
      assert.lengthOf(lines, 1)
      assert.notMatch(lines[0] ?? "", dangerous)
      assert.deepInclude(JSON.parse(lines[0] ?? ""), { level: "info", note: text })
    })
  )

  it("gives back any text as it was", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary" }), fc.jsonValue(), (text, value) =>
        Effect.gen(function* () {
          const sent = JSON.stringify([text, value])
          fc.pre(masked(sent) === sent)
          const log = yield* logbook()
          const [event] = yield* writing(log, Effect.logInfo(`x${text}`, { note: text, value }))
          assert.strictEqual(event?.msg, `x${text}`)
          assert.strictEqual(event?.note, text)
          assert.deepStrictEqual(event?.value, JSON.parse(JSON.stringify(value)))
        }).pipe(Effect.scoped, Effect.runPromise)
      ),
      { numRuns: 200, examples: [["\u2028", {}]] }
    )
  })

  it.effect("takes what JSON cannot: circles, big integers, errors, secrets", () =>
    Effect.gen(function* () {
      const log = yield* logbook()
      const circle: Record<string, unknown> = { name: "circle" }
      circle.self = circle
      const [event] = yield* writing(
        log,
        Effect.logInfo("odd", {
          circle,
          big: 12n,
          error: new Error("no such file"),
          key: Redacted.make("4711")
        })
      )
      assert.include(event?.circle, "circle")
      assert.strictEqual(event?.big, "12")
      assert.strictEqual(event?.error, "Error: no such file")
      assert.strictEqual(event?.key, "<redacted>")
    })
  )

  it.effect("below the least level is not written", () =>
    Effect.gen(function* () {
      const log = yield* logbook()
      assert.deepStrictEqual(yield* writing(log, Effect.logDebug("small talk")), [])
      const all = Effect.provideService(Effect.logDebug("a"), References.MinimumLogLevel, "All")
      assert.lengthOf(yield* writing(log, all), 1)
    })
  )
})

describe("what slips through by mistake", () => {
  const shapes = [
    ["a payment code", "134567890123456789", "[payment code]"],
    ["an openid", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", "[openid]"],
    ["a phone number", "13800138000", "[phone]"],
    ["a phone number with its country", "+86 138-0013-8000", "+[phone]"]
  ] as const

  it.effect.each(shapes)("%s is masked wherever it stands", ([, secret, mask]) =>
    Effect.gen(function* () {
      const log = yield* logbook()
      const said = Effect.logError(
        `pay ${secret}`,
        { note: `of ${secret}.`, list: [{ deep: secret }] },
        Cause.die(new Error(`not ${secret}`))
      )
      const [event] = yield* writing(log, said)
      assert.strictEqual(event?.msg, `pay ${mask}`)
      assert.strictEqual(event?.note, `of ${mask}.`)
      assert.deepStrictEqual(event?.list, [{ deep: mask }])
      assert.notInclude((yield* log.lines).join(), secret)
    })
  )

  it.effect("a fraction is no phone number", () =>
    Effect.gen(function* () {
      const log = yield* logbook()
      const [event] = yield* writing(log, Effect.logInfo("x", { ms: 0.15555555555 }))
      assert.strictEqual(event?.ms, 0.15555555555)
    })
  )

  it.effect("a number is masked too, and a line stays JSON", () =>
    Effect.gen(function* () {
      const log = yield* logbook()
      const [event] = yield* writing(log, Effect.logInfo("x", { a: 13800138000, b: 13800138000n }))
      assert.deepInclude(event, { a: "[phone]", b: "[phone]" })
    })
  )

  it.effect.each(["openid", "auth_code", "authCode", "Phone", "plate", "apiV3Key", "Set-Cookie"])(
    "what is called %s is not shown",
    (name) =>
      Effect.gen(function* () {
        const log = yield* logbook()
        const fields = { [name]: "x", nested: { [name]: 1 } }
        const [event] = yield* writing(log, Effect.logInfo("x", fields))
        assert.strictEqual(event?.[name], "[redacted]")
        assert.deepStrictEqual(event?.nested, { [name]: "[redacted]" })
      })
  )

  it.effect.each([
    "4200001234202611241234567890",
    "1764000000000",
    "20261124000123",
    "234567890123456789",
    "W00000000000000000000000001",
    "ofalltheordersthatwerepaid"
  ])("%s is nothing of the kind", (text) =>
    Effect.gen(function* () {
      const log = yield* logbook()
      const [event] = yield* writing(log, Effect.logInfo("x", { text }))
      assert.strictEqual(event?.text, text)
    })
  )
})

describe("a line of text", () => {
  it.effect("reads well, and a cause stands below", () =>
    Effect.gen(function* () {
      const log = yield* logbook("text")
      const said = Effect.logError(
        "a door failed",
        { door: "public", why: "a b" },
        Cause.fail("gone")
      )
      yield* Effect.provideContext(said, log.context)
      const [first, ...below] = yield* log.lines
      assert.strictEqual(first, '00:00:00.000 error a door failed door=public why="a b"')
      assert.isTrue(below.length > 0 && below.every((line) => line.startsWith("  ")))
    })
  )

  it.effect.each(injections)("does nothing to a terminal (%#)", (text) =>
    Effect.gen(function* () {
      const log = yield* logbook("text")
      yield* Effect.provideContext(Effect.logInfo(text, { note: text, [text]: text }), log.context)
      const lines = yield* log.lines
      assert.lengthOf(lines, 1)
      assert.notMatch(lines.join(), dangerous)
    })
  )
})

describe("lines", () => {
  const counting = Effect.gen(function* () {
    const writes: Array<string> = []
    const console = { ...globalThis.console, log: (text: string) => void writes.push(text) }
    const context = yield* Layer.build(layer("json")).pipe(
      Effect.provideService(Console.Console, console)
    )
    return { writes, log: Effect.provideContext(Effect.logInfo("said"), context), context }
  })

  it.effect("of one turn of the event loop share a write", () =>
    Effect.gen(function* () {
      const { writes, log } = yield* counting
      yield* Effect.repeat(log, { times: 9 })
      assert.lengthOf(writes, 0)
      yield* Effect.callback<void>((resume) => void setImmediate(() => resume(Effect.void)))
      assert.lengthOf(writes, 1)
      assert.lengthOf(writes[0]?.split("\n") ?? [], 10)
    })
  )

  it.effect("do not wait once something fails, and none is lost at the end", () =>
    Effect.gen(function* () {
      const { writes, log, context } = yield* counting
      yield* log
      yield* Effect.provideContext(Effect.logError("failed"), context)
      assert.lengthOf(writes, 1)

      const { writes: last } = yield* Effect.scoped(Effect.tap(counting, (own) => own.log))
      assert.lengthOf(last, 1)
    })
  )
})
