import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { rules, type Tree } from "./support/architecture.ts"

const root = join(import.meta.dirname, "..")
const files = globSync(
  ["{core,plugins,config,simulation,test}/**/*.{ts,js,md}", "gateway.config.ts"],
  {
    cwd: root,
    exclude: ["test/fixtures/**"]
  }
)
const tree: Tree = new Map(files.map((file) => [file, readFileSync(join(root, file), "utf8")]))

/** Each rule, broken on purpose: what is made up, and how the rule complains. */
const broken: ReadonlyArray<
  readonly [rule: string, files: Record<string, string>, complaint: string]
> = [
  [
    "imports in the core point down",
    { "core/values/money.ts": `import { Payments } from "../payments/payments.ts"` },
    "core/values/money.ts: core/payments/payments.ts lies above it; imports point down"
  ],
  [
    "imports in the core point down",
    { "core/payments/store.ts": `import type {\n  Sale\n} from "../../plugins/pos/model.ts"` },
    "core/payments/store.ts: the core does not import plugins/pos/model.ts"
  ],
  [
    "imports in the core point down",
    { "core/cli/serve.ts": `import { run } from "../../simulation/index.ts"` },
    "core/cli/serve.ts: the core does not import simulation/index.ts"
  ],
  [
    "imports in the core point down",
    { "core/utils/strings.ts": `export * from "node:util"` },
    `core/utils/strings.ts: no row of the layers has "utils"; give it one`
  ],
  [
    "plugins import #core and themselves only",
    { "plugins/pos/service.ts": `import { Seat } from "../airline/model.ts"` },
    "plugins/pos/service.ts: imports plugins/airline/model.ts; a plugin imports #core and itself only"
  ],
  [
    "plugins import #core and themselves only",
    { "plugins/pos/pages/phone.ts": `const late = () => import("../../../core/http/app.ts")` },
    "plugins/pos/pages/phone.ts: imports core/http/app.ts; a plugin imports #core and itself only"
  ],
  [
    "configuration and simulation reach into nothing",
    { "gateway.config.ts": `import { Sales } from "./plugins/pos/service.ts"` },
    "gateway.config.ts: plugins/pos/service.ts is not its business"
  ],
  [
    "a package has one home",
    { "core/payments/payments.ts": `import { sql } from "kysely"` },
    "core/payments/payments.ts: kysely is for core/database and the files of a store"
  ],
  [
    "a package has one home",
    { "plugins/pos/service.ts": `import { html } from "hono/html"` },
    "plugins/pos/service.ts: hono/html is for core/http, core/console and pages"
  ],
  [
    "nothing loads a barrel of unstable modules",
    { "core/cli/main.ts": `import { Command } from "effect/cli"` },
    "core/cli/main.ts: effect/cli loads all of it; import the module, effect/cli/Name"
  ],
  [
    "no import comes back to where it started",
    {
      "core/tasks/a.ts": `import "./b.ts"`,
      "core/tasks/b.ts": `import "./c.ts"`,
      "core/tasks/c.ts": `export { a } from "./a.ts"`
    },
    "core/tasks/a.ts: imports itself by way of core/tasks/b.ts → core/tasks/c.ts → core/tasks/a.ts"
  ],
  [
    "no import comes back to where it started",
    {
      "core/tasks/tasks.ts": `import type { Call } from "../journal/call.ts"`,
      "core/journal/journal.ts": `import { task } from "../tasks/task.ts"`
    },
    "tasks: imports itself by way of journal → tasks"
  ],
  [
    "environment, clock, timers, chance and console have one home each",
    { "plugins/pos/model.ts": `const text = \`at \${Date.now()}\`` },
    "plugins/pos/model.ts: uses Date.now; ask Effect's Clock"
  ],
  [
    "environment, clock, timers, chance and console have one home each",
    { "core/tasks/worker.ts": "setTimeout(poll, 1000)" },
    "core/tasks/worker.ts: uses setTimeout(; use Effect.sleep or a Schedule"
  ],
  [
    "a file fits in the head",
    { "core/tasks/tasks.ts": `${"\n".repeat(300)}export {}` },
    "core/tasks/tasks.ts: 301 lines; 300 are the most a reader should hold"
  ],
  [
    "a plugin looks like every other",
    { "plugins/pos/index.ts": "", "plugins/pos/README.md": "", "plugins/pos/helpers/a.ts": "" },
    "plugins/pos/helpers: a plugin consists of index, model, service, store, migrations, dialects, pages, play, README"
  ],
  ["a plugin looks like every other", { "plugins/pos/index.ts": "" }, "plugins/pos: has no README"],
  [
    "what #core offers is little, and explained",
    {
      "core/index.ts": `export {\n  type Fen,\n  yuan as money\n} from "./values/money.ts"`,
      "core/values/money.ts": "/** A hundredth. */\nexport type Fen = number\nexport const yuan = 1"
    },
    "core/values/money.ts: yuan is offered by #core, so it needs a doc comment"
  ]
]

/** All that is allowed and looks suspicious. */
const sound: Tree = new Map([
  ["core/index.ts", `export { type Call, call as legacyCall } from "./legacy/call.ts"`],
  [
    "core/legacy/call.ts",
    "/** What an old system says. */\nexport const call = () => 1 // Date.now()\n/** A call. */\nexport interface Call {}"
  ],
  [
    "core/legacy/carriers/tcp.ts",
    `import { call } from "../call.ts"\nsocket.setTimeout(1)\nconst at = new Date(0)`
  ],
  ["core/tasks/store.ts", `import { sql } from "kysely"\nimport "../database/database.ts"`],
  [
    "core/cli/simulate.ts",
    `const simulation = await import("../../simulation/index.ts")\nconsole.log(simulation)`
  ],
  [
    "core/console/page.ts",
    "/* process.env */ const script = `setTimeout(() => location.reload())`"
  ],
  [
    "plugins/pos/index.ts",
    `import { call } from "#core"\nimport { sale } from "./dialects/house.ts"`
  ],
  [
    "plugins/pos/dialects/house.ts",
    `import { call } from "#core"\nexport const sale = "Date.now()"`
  ],
  ["plugins/pos/pages/receipt.ts", `import { html } from "hono/html"`],
  ["plugins/pos/README.md", ""],
  [
    "gateway.config.ts",
    `import { pos } from "./plugins/pos/index.ts"\nimport { env } from "./config/env.ts"`
  ],
  ["config/env.ts", "export const env = process.env"],
  ["simulation/index.ts", `import { pos } from "../plugins/pos/index.ts"`]
])

describe("the shape of the code", () => {
  it.each(Object.entries(rules))("%s", (_, rule) => {
    expect(rule(tree)).toEqual([])
  })
})

describe("the rules themselves", () => {
  it.each(broken)("%s: complains (%#)", (rule, files, complaint) => {
    expect(rules[rule]?.(new Map(Object.entries(files)))).toContain(complaint)
  })

  it.each(Object.entries(rules))("%s: leaves sound code alone", (_, rule) => {
    expect(rule(sound)).toEqual([])
  })

  it("are each shown a fault, and the real tree", () => {
    expect([...new Set(broken.map(([rule]) => rule))]).toEqual(Object.keys(rules))
    expect([...tree.keys()]).toEqual(expect.arrayContaining(["core/errors.ts", "core/index.ts"]))
  })
})
