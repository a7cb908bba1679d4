import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Option, Schema } from "effect"
import { TestClock } from "effect/testing"
import { textIn } from "../../../../core/legacy/codec/charset.ts"
import { makeRun } from "../../../../core/legacy/connection/asking.ts"
import { errand, lookUp } from "../../../../core/legacy/connection/errand.ts"
import {
  type ServerDialect,
  type Session,
  serverDialect
} from "../../../../core/legacy/connection/server-dialect.ts"
import { Transport } from "../../../../core/transport.ts"
import { carry, type Network } from "../../../support/network.ts"

const Text = textIn("utf-8")
const read = errand("read", { call: "read", request: Schema.String, reply: Schema.String })
const write = errand("write", {
  call: "write",
  request: Schema.String,
  reply: Schema.String,
  writes: {
    key: (text) => [text],
    lookUp: (text) =>
      lookUp(read, text, (found) => (found === "none" ? Option.none() : Option.some(found)))
  }
})

const dialectWith = (session: Session): ServerDialect<string, string> =>
  serverDialect({
    name: "test",
    patience: Duration.seconds(10),
    request: Text,
    reply: Text,
    post: (call, body) => ({ method: "POST", target: `/${call}`, headers: {}, body }),
    callOf: ({ target }) => target.slice(1),
    classify: ({ answer, status }) => {
      if (status === 403) return { is: "session lost", certain: true }
      return answer === undefined ? { is: "unknown", reason: "" } : { is: "ok" }
    },
    session
  })

/** A server that says who may come, and what it was asked. */
const open = (session: Session, isKnown: (request: Request) => boolean, login: () => Response) => {
  const seen: Array<string> = []
  const network: Network = { hosts: new Map(), sent: [], held: [], weather: () => "fair" }
  network.hosts.set("http://old.test", async (request) => {
    const { pathname } = new URL(request.url)
    seen.push(pathname)
    if (pathname === "/login") return login()
    return isKnown(request) ? new Response("done") : new Response("no", { status: 403 })
  })
  const run = makeRun("test", {
    address: new URL("http://old.test"),
    dialect: dialectWith(session) as ServerDialect<unknown, unknown>
  }).pipe(
    Effect.provideService(
      Transport,
      Transport.of({ exchange: (request) => carry(network, request) })
    )
  )
  return { run, seen }
}

const interactive = { lane: "interactive" } as const

describe("sessions of old systems", () => {
  it.effect(
    "SAP's: a token and a cookie on every request; 403 comes before anything was done",
    () => {
      let token = 0
      const sap: Session = {
        open: (send) =>
          Effect.map(
            send({
              method: "GET",
              target: "/login",
              headers: { "x-csrf-token": "Fetch" },
              body: Buffer.of()
            }),
            ({ headers }) => ({
              token: headers["x-csrf-token"] ?? "",
              cookie: headers["set-cookie"] ?? ""
            })
          ),
        wear: (posted, { cookie = "", token = "" }) => ({
          ...posted,
          headers: { ...posted.headers, "x-csrf-token": token, cookie }
        })
      }
      const { run, seen } = open(
        sap,
        ({ headers }) =>
          headers.get("x-csrf-token") === String(token) && headers.get("cookie") === `sap=${token}`,
        () => {
          token += 1
          return new Response("", {
            headers: { "x-csrf-token": String(token), "set-cookie": `sap=${token}` }
          })
        }
      )
      return Effect.gen(function* () {
        const ask = yield* run
        assert.strictEqual(yield* ask(write, "a", interactive), "done")
        token += 10
        assert.strictEqual(yield* ask(write, "b", interactive), "done")
        // It was refused before it ran, so it need not be looked up.
        assert.deepStrictEqual(seen, ["/login", "/write", "/write", "/login", "/write"])
      }).pipe(Effect.scoped)
    }
  )

  it.effect("a token in the query, opened again when its life is over", () => {
    const inQuery: Session = {
      life: "1 hour",
      open: (send) =>
        Effect.map(
          send({ method: "POST", target: "/login", headers: {}, body: Buffer.of() }),
          ({ body }) => ({ token: Buffer.from(body).toString() })
        ),
      wear: (posted, { token = "" }) => ({ ...posted, target: `${posted.target}?token=${token}` })
    }
    const { run, seen } = open(
      inQuery,
      ({ url }) => new URL(url).searchParams.get("token") === "T",
      () => new Response("T")
    )
    return Effect.gen(function* () {
      const ask = yield* run
      yield* ask(read, "a", interactive)
      yield* TestClock.adjust("59 minutes")
      yield* ask(read, "a", interactive)
      yield* TestClock.adjust("2 minutes")
      yield* ask(read, "a", interactive)
      assert.deepStrictEqual(seen, ["/login", "/read", "/read", "/login", "/read"])
    }).pipe(Effect.scoped)
  })

  it.effect(
    "a login that is refused is not tried again for a minute, as accounts get locked",
    () => {
      const shut: Session = {
        open: (send) =>
          Effect.as(
            send({ method: "POST", target: "/login", headers: {}, body: Buffer.of() }),
            undefined
          ),
        wear: (posted) => posted
      }
      const { run, seen } = open(
        shut,
        () => false,
        () => new Response("wrong password")
      )
      return Effect.gen(function* () {
        const ask = yield* run
        for (let asked = 0; asked < 5; asked++)
          assert.strictEqual((yield* Effect.flip(ask(read, "a", interactive)))._tag, "NotReached")
        assert.deepStrictEqual(seen, ["/login"])
        yield* TestClock.adjust("1 minute")
        yield* Effect.flip(ask(read, "a", interactive))
        assert.deepStrictEqual(seen, ["/login", "/login"])
      }).pipe(Effect.scoped)
    }
  )

  it.effect("one that is lost again and again is given up, and nothing is written", () => {
    const useless: Session = {
      open: (send) =>
        Effect.as(send({ method: "POST", target: "/login", headers: {}, body: Buffer.of() }), {}),
      wear: (posted) => posted
    }
    const { run, seen } = open(
      useless,
      () => false,
      () => new Response("")
    )
    return Effect.gen(function* () {
      const ask = yield* run
      assert.strictEqual((yield* Effect.flip(ask(write, "a", interactive)))._tag, "NotReached")
      assert.deepStrictEqual(seen, ["/login", "/write", "/login", "/write"])
    }).pipe(Effect.scoped)
  })
})
