import { Duration, Effect, Fiber, FiberSet } from "effect"
import { faultsOf } from "../core/audit/audit.ts"
import type { CredentialsReply } from "../plugins/wechat-sandbox/credentials.ts"
import type { SandboxKeys } from "../plugins/wechat-sandbox/keys.ts"
import { makeChaos } from "./chaos.ts"
import { bank, makeGateway } from "./gateway.ts"
import { Judge } from "./judge.ts"
import { browse, calm, knock, Line, type Routes } from "./network.ts"
import { Observer } from "./observer.ts"
import type { Ground } from "./party.ts"
import { Payers } from "./payers.ts"
import { patience } from "./rest.ts"
import { Shopper, type Visit } from "./shop/shopper.ts"
import type { Counter } from "./tills/counter.ts"
import { HouseTill } from "./tills/house-till.ts"
import { MisTerminal } from "./tills/mis-terminal.ts"
import { makeWechat, Phones } from "./wechat.ts"

/** A gateway, a WeChat, stores with tills, people with phones, and whatever can go wrong between them. */
export const makeWorld = (ground: Ground, keys: SandboxKeys) => {
  const { loop } = ground
  const chance = ground.chance.of("world")
  const routes: Routes = {}
  const wechat = makeWechat(ground, keys, routes)
  const phones = new Phones(wechat)
  const gateway = makeGateway(ground, () => merchant, routes)
  const uplink = new Line("uplink", "the unanswered", ground)
  const shops = ["GZ0013", "SH0002"].map((store) => ({
    store,
    line: new Line(store, "anything", ground)
  }))
  routes.wechat = { line: uplink, party: wechat }
  routes.gateway = { line: uplink, party: gateway }
  const web = new Line("web", "anything", ground)
  const lines = [uplink, web, ...shops.map(({ line }) => line)]
  const chaos = makeChaos(ground, { gateway, wechat, lines, phones })
  const observer = new Observer(ground, gateway, wechat)
  const reaches = () => uplink.weather === calm && gateway.isUp && wechat.isUp && !chaos.isThrown()
  const judge = new Judge(ground, observer, reaches)
  let rough = true
  let merchant: typeof CredentialsReply.Type

  const tills = (payers: Payers): ReadonlyArray<Effect.Effect<void>> =>
    shops.flatMap(({ line, store }) => {
      const { sent, talk } = judge
      const counter: Counter = {
        chance: ground.chance,
        now: () => loop.now,
        carry: (till, { bytes, call, inlet, patience, reference }) =>
          knock(line, gateway, (doors) => doors[inlet], {
            what: `${till} ${call} ${reference}`,
            message: { carrier: inlet === "mis" ? "tcp" : "http", peer: till, bytes },
            patience: Duration.toMillis(patience)
          }),
        payers,
        note: (line) => ground.trace.add(line),
        complain: ground.complain,
        sent,
        talk,
        isRough: () => rough
      }
      const house = ["01", "02"].map((pos) => new HouseTill(counter, { store, pos }))
      const terminals = store === bank.store ? [new MisTerminal(counter, "31")] : []
      return [...house, ...terminals].map((till) => till.day(chance.between(0, 3)))
    })

  const shoppers = (payers: Payers): ReadonlyArray<Effect.Effect<void>> => {
    const { sent, talk } = judge
    const counter: Counter = {
      chance: ground.chance,
      now: () => loop.now,
      carry: () => Effect.succeed(undefined),
      payers,
      note: (line) => ground.trace.add(line),
      complain: ground.complain,
      sent,
      talk,
      isRough: () => rough
    }
    const visit: Visit = ({ body, order, path }) =>
      Effect.map(
        browse(web, gateway, `${path} ${order}`, {
          method: "POST",
          url: `http://gateway/shop/orders/${order}/${path}`,
          headers: { "content-type": "application/json" },
          body: Buffer.from(JSON.stringify(body)),
          timeout: "40 seconds"
        }),
        (answer) => (answer?.status === 200 ? Buffer.from(answer.body).toString() : undefined)
      )
    return ["anne", "bo"].map((name) =>
      new Shopper(counter, visit, name, () => merchant.openid).day(chance.between(0, 2))
    )
  }

  /** First everything may fail, and nothing may go wrong with money; then nothing fails, and everything must come to its end. */
  const story = Effect.gen(function* () {
    const busy = yield* FiberSet.make()
    const payers = new Payers(ground.chance.of("payers"), phones, observer, busy)
    yield* wechat.boot
    merchant = yield* phones.credentials
    judge.appid = merchant.appid
    // What WeChat says of a number it has never seen is said in no document.
    yield* phones.behave({
      reverseUnknown: chance.happens(0.4),
      closeUnknown: chance.happens(0.4)
    })
    yield* gateway.boot
    const raging = yield* Effect.forkChild(chaos.raging)
    for (const day of [...tills(payers), ...shoppers(payers)]) yield* FiberSet.run(busy, day)
    yield* Effect.sleep(chance.between(60_000, 180_000))
    yield* Fiber.interrupt(raging)
    yield* chaos.ending
    rough = false
    yield* FiberSet.awaitEmpty(busy)
    yield* rests
    judge.atRest()
    for (const fault of yield* Effect.orDie(faultsOf(`sqlite:${gateway.file}`)))
      ground.complain(fault)
  })

  const stillUnderway = () =>
    lines.filter(({ underway }) => underway > 0).map(({ name }) => `what is held up on ${name}`)

  /** What is held up may begin something new, so patience counts from the last arrival. */
  const rests = Effect.gen(function* () {
    let since = loop.now
    for (;;) {
      const [held] = stillUnderway()
      if (held !== undefined) since = loop.now
      const [first = held] = judge.unfinished
      if (first === undefined) return
      if (loop.now - since > patience) return ground.complain(`not everything ends: ${first}`)
      yield* Effect.sleep("10 seconds")
    }
  })

  const end = Effect.suspend(() => {
    observer.close()
    for (const party of [gateway, wechat]) party.kill()
    return Effect.andThen(gateway.buried, wechat.buried)
  })

  return { story: Effect.scoped(story).pipe(Effect.ensuring(end)), judge }
}
