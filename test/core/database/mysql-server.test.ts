import { existsSync } from "node:fs"
import { afterAll, assert, beforeAll, describe } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Layer, Predicate } from "effect"
import { Database } from "../../../core/database/database.ts"
import { databaseIn, note, noted, noteMigrations } from "../../support/database.ts"
import { eventually } from "../../support/installation.ts"
import { makeOwn, type Own, program } from "../../support/mariadb.js"
import { quietly } from "../../support/quiet.ts"
import { ask, client, temporaryDatabaseOn } from "../../support/server.ts"

let own: Own

/** How a gateway uses a server; impatient, so that the tests need not be patient. */
const limits = { connect: 500, answer: { read: 700, write: 700 } }

/** A database on our own server, in use by a gateway, and what an administrator does beside it. */
const open = Effect.fnUntraced(function* (user = "root") {
  const url = yield* temporaryDatabaseOn(own.url)
  yield* Layer.build(databaseIn(url, noteMigrations))
  const admin = yield* client(url)
  const asUser = url.replace("root@", `${user}@`)
  return { admin, services: yield* Layer.build(Database.layer(asUser, limits)), url }
})

const outcomeOf = (exit: Exit.Exit<unknown>): string => {
  if (Exit.isSuccess(exit)) return "stored"
  const error = Cause.squash(exit.cause)
  return Predicate.hasProperty(error, "outcome") ? String(error.outcome) : String(error)
}

/** Writes note after note, several at a time, until it is interrupted, and keeps what was said of each. */
const writing = Effect.fnUntraced(function* (name: string) {
  const said = new Map<string, string>()
  let count = 0
  const writer = Effect.suspend(() => {
    const id = `${name} ${count++}`
    return Effect.map(Effect.exit(note(id)), (exit) => said.set(id, outcomeOf(exit)))
  }).pipe(Effect.andThen(Effect.sleep("5 millis")), Effect.forever)
  const fibers = yield* Effect.replicateEffect(Effect.forkChild(writer), 7)
  return { said, end: Fiber.interruptAll(fibers) }
})

const keptTheirWord = (said: ReadonlyMap<string, string>, ids: ReadonlyArray<string>) => {
  const found = new Set(ids)
  for (const [id, outcome] of said) {
    if (outcome === "stored") assert.isTrue(found.has(id), `${id} was acknowledged and is gone`)
    if (outcome === "nothing stored") assert.isFalse(found.has(id), `${id} is there all the same`)
    assert.include(["stored", "nothing stored", "unknown"], outcome)
  }
}

const heard = (said: ReadonlyMap<string, string>, outcome: string) =>
  [...said.values()].filter((value) => value === outcome).length

const stores = (name: string) =>
  eventually(
    "something is stored",
    Effect.map(Effect.exit(note(name)), (exit) => (Exit.isSuccess(exit) ? true : undefined)),
    "2 seconds"
  )

describe.skipIf(!existsSync(program))("a server", () => {
  beforeAll(async () => {
    const made = await makeOwn()
    if (made === undefined || !(await made.start())) throw new Error("No server could be started")
    own = made
  })
  afterAll(() => own.remove())

  quietly("that loses what it acknowledged is refused, with a sentence that says what to do", () =>
    Effect.gen(function* () {
      const url = yield* temporaryDatabaseOn(own.url)
      const admin = yield* client(url)
      const refusal = (url: string) =>
        Effect.map(Effect.flip(Effect.scoped(Layer.build(Database.layer(url)))), ({ message }) =>
          message.replaceAll(/\s+/g, " ")
        )
      for (const value of [0, 2]) {
        yield* ask(admin, `set global innodb_flush_log_at_trx_commit = ${value}`)
        assert.include(yield* refusal(url), "innodb_flush_log_at_trx_commit must be 1")
      }
      yield* ask(admin, "set global innodb_flush_log_at_trx_commit = 1")
      yield* ask(admin, "set global max_allowed_packet = 1048576")
      assert.include(yield* refusal(url), "max_allowed_packet must be")
      yield* ask(admin, "set global max_allowed_packet = 16777216")
      const nowhere = yield* refusal(new URL("/nowhere", own.url).href)
      assert.include(nowhere, "nowhere on 127.0.0.1")
      assert.include(nowhere, "create database nowhere")
      yield* ask(admin, "create or replace user sales@'%' identified by 'right'")
      const wrong = yield* refusal(url.replace("root@", "sales:wrong@"))
      assert.include(wrong, "refuses the user sales or its password")
      assert.notInclude(wrong, "wrong")
      const closed = yield* refusal("mysql://root:wrong@127.0.0.1:1/weir")
      assert.include(closed, "cannot be opened: connect ECONNREFUSED")
      assert.notInclude(closed, "wrong")
    })
  )

  quietly("that becomes such a one while it runs stores nothing more until it is mended", () =>
    Effect.gen(function* () {
      const { admin, services, url } = yield* open()
      const killed = Effect.gen(function* () {
        for (const { id } of yield* ask(
          admin,
          `select id from information_schema.processlist where db = database() and id <> connection_id()`
        ))
          yield* ask(admin, `kill ${id}`)
      })
      yield* ask(admin, "set global innodb_flush_log_at_trx_commit = 2")
      yield* killed
      const exit = yield* Effect.exit(Effect.provideContext(note("weak"), services))
      assert.strictEqual(outcomeOf(exit), "nothing stored")
      yield* ask(admin, "set global innodb_flush_log_at_trx_commit = 1")
      yield* Effect.provideContext(stores("strong"), services)
      assert.deepStrictEqual(yield* Effect.provide(noted, Database.layer(url)), ["strong"])
    })
  )

  quietly("that is read-only for a while reads on, and stores again afterwards", () =>
    Effect.gen(function* () {
      const root = yield* client(own.url)
      yield* ask(root, "create or replace user till@'%'")
      yield* ask(root, "grant all on *.* to till@'%'")
      yield* ask(root, "revoke super, read only admin on *.* from till@'%'")
      const { admin, services } = yield* open("till")
      yield* Effect.gen(function* () {
        yield* note("before")
        yield* ask(admin, "set global read_only = 1")
        for (const id of ["a", "b"])
          assert.strictEqual(outcomeOf(yield* Effect.exit(note(id))), "nothing stored")
        assert.deepStrictEqual(yield* noted, ["before"])
        yield* ask(admin, "set global read_only = 0")
        yield* stores("after")
      }).pipe(
        Effect.ensuring(ask(admin, "set global read_only = 0")),
        Effect.provideContext(services)
      )
    })
  )

  quietly(
    "that is killed keeps all it acknowledged, and is used again at once when it is back",
    () =>
      Effect.gen(function* () {
        const url = yield* temporaryDatabaseOn(own.url)
        yield* Effect.gen(function* () {
          for (let round = 0; round < 3; round++) {
            const { end, said } = yield* writing(`r${round}`)
            yield* Effect.sleep("300 millis")
            own.signal("SIGKILL")
            yield* Effect.promise(own.ended)
            yield* Effect.sleep("300 millis")
            assert.isAbove(heard(said, "nothing stored"), 0)
            assert.isTrue(yield* Effect.promise(own.start))
            yield* stores(`back ${round}`)
            yield* end
            assert.isAbove(heard(said, "stored"), 0)
            keptTheirWord(said, yield* noted)
          }
          const [connections] = yield* Effect.flatMap(client(url), (admin) =>
            ask(
              admin,
              "select count(*) as count from information_schema.processlist where db = database()"
            )
          )
          // Four writers, eight readers at the most, and who asks.
          assert.isAtMost(Number(connections?.count), 4 + 8 + 1)
        }).pipe(Effect.scoped, Effect.provide(Layer.fresh(databaseIn(url, noteMigrations))))
      })
  )

  quietly("that stands still for a while is not waited for for ever, and catches up", () =>
    Effect.gen(function* () {
      const { services } = yield* open()
      yield* Effect.gen(function* () {
        const { end, said } = yield* writing("s")
        yield* Effect.sleep("300 millis")
        own.signal("SIGSTOP")
        yield* Effect.sleep("2 seconds")
        assert.isAbove(heard(said, "unknown") + heard(said, "nothing stored"), 0)
        assert.isTrue(Exit.isFailure(yield* Effect.exit(noted)))
        own.signal("SIGCONT")
        yield* stores("back")
        yield* end
        keptTheirWord(said, yield* noted)
      }).pipe(
        Effect.ensuring(Effect.sync(() => own.signal("SIGCONT"))),
        Effect.provideContext(services)
      )
    })
  )
})
