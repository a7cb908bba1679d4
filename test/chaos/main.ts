/**
 * Runs the packaged gateway and a WeChat as processes, breaks what can break, and judges what is left.
 *
 * `npm run chaos [-- experiment…] [--database sqlite|mariadb] [--rounds N] [--seed N] [--tills N] [--beside N]`
 */
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { Cause, Effect, Exit, Fiber } from "effect"
import { Ground } from "../support/ground.ts"
import { Program } from "../support/installation.ts"
import { makeOwn, type Own } from "../support/mariadb.js"
import { type Experiment, experiments, type Kind } from "./experiments.ts"
import { live } from "./round.ts"
import { add, newTally, type Tally, table } from "./tally.ts"
import { Model } from "./world.ts"

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    database: { type: "string" },
    rounds: { type: "string" },
    seed: { type: "string", default: "1" },
    tills: { type: "string" },
    beside: { type: "string" }
  }
})

const known = Object.keys(experiments).join(", ")
for (const name of positionals)
  if (!(name in experiments)) {
    console.error(`There is no experiment ${name}; there are ${known}`)
    process.exit(64)
  }

const chosen = Object.entries(experiments).filter(
  ([name]) => positionals.length === 0 || positionals.includes(name)
)
const wanted = chosen.flatMap(([name, experiment]) =>
  experiment.on
    .filter((kind) => values.database === undefined || values.database === kind)
    .map((kind) => ({ name, experiment, kind }))
)

const tallies = new Map<string, Tally>()
const say = (line: string) => Effect.sync(() => console.log(line))

/** One round, and a line about it. A failing one is told with the command that repeats it and the file of its story. */
const round = Effect.fnUntraced(function* (
  name: string,
  kind: Kind,
  { setting, tills }: Experiment,
  own: Own | undefined,
  seed: number
) {
  const count = Number(values.tills ?? tills)
  const place = kind === "sqlite" ? kind : { server: own?.url ?? "" }
  const since = performance.now()
  const set = setting({ place, own, tills: count, seed })
  const exit = yield* Effect.exit(Effect.flatMap(set, (setting) => live(setting, seed)))
  const took = `${((performance.now() - since) / 1000).toFixed(0)} s`
  const repeat = `npm run chaos -- ${name} --database ${kind} --seed ${seed} --rounds 1 --tills ${count}`
  if (Exit.isFailure(exit)) {
    const broken = newTally()
    const detail = Cause.pretty(exit.cause)
    broken.violations.push({ harm: "other", rule: "A round comes to its end", detail })
    yield* say(`${name} on ${kind}, seed ${seed}: broke off after ${took}\n${detail}\n  ${repeat}`)
    return broken
  }
  const { story, tally } = exit.value
  if (tally.violations.length === 0) {
    yield* say(`${name} on ${kind}, seed ${seed}: ${tally.sales} sales in ${took}, all is well`)
    return tally
  }
  const file = join(mkdtempSync(join(tmpdir(), "weir-chaos-story-")), `${name}-${seed}.txt`)
  writeFileSync(file, story.join("\n"))
  yield* say(`${name} on ${kind}, seed ${seed}: VIOLATED after ${took}; its story is in ${file}`)
  for (const { detail, rule } of tally.violations.slice(0, 20)) yield* say(`  ${rule}: ${detail}`)
  yield* say(`  ${repeat}`)
  return tally
})

const rounds = Effect.fnUntraced(function* (
  { experiment, kind, name }: (typeof wanted)[number],
  own: Own | undefined
) {
  const { beside, lacks, rounds, what } = experiment
  const missing = kind === "mariadb" && own === undefined ? "a MariaDB to start" : lacks
  if (missing !== undefined) return yield* say(`SKIPPED: ${name} on ${kind} needs ${missing}`)
  yield* say(`${name} on ${kind}: ${what}`)
  const first = Number(values.seed)
  const seeds = Array.from({ length: Number(values.rounds ?? rounds) }, (_, n) => first + n)
  const total = newTally()
  tallies.set(`${name} ${kind}`, total)
  yield* Effect.forEach(
    seeds,
    (seed) => Effect.map(round(name, kind, experiment, own, seed), (one) => add(total, one)),
    { concurrency: Number(values.beside ?? beside), discard: true }
  )
})

const ownServer = Effect.acquireRelease(
  Effect.promise(async () => {
    if (!wanted.some(({ kind }) => kind === "mariadb")) return undefined
    const own = await makeOwn()
    if (await own?.start()) return own
    await own?.remove()
    return undefined
  }),
  (own) => Effect.promise(async () => own?.remove())
)

const folder = mkdtempSync(join(tmpdir(), "weir-chaos-"))
const program = join(folder, "weir.js")
execFileSync(process.execPath, [join(import.meta.dirname, "../../config/build.js"), program])

const all = Effect.gen(function* () {
  const own = yield* ownServer
  const { wechat } = yield* Ground
  // Refunds are done at once, and may follow each other.
  yield* wechat.settings({ refundAfter: 1, refundPause: false })
  for (const one of wanted) yield* rounds(one, own)
}).pipe(
  Effect.scoped,
  Effect.provide(Model.layer),
  Effect.provideService(Program, program),
  Effect.ensuring(Effect.sync(() => rmSync(folder, { recursive: true, force: true })))
)

// Whoever ends it by a signal ends all that it has started.
const running = Effect.runFork(all)
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => running.interruptUnsafe())
await Effect.runPromise(Fiber.join(running))
console.log(`\n${table(tallies)}`)
const harmed = [...tallies.values()].some(({ violations }) => violations.length > 0)
process.exitCode = harmed ? 1 : 0
