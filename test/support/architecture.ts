import { dirname, join } from "node:path/posix"

/** The sources by path, so that a rule can be shown a made-up tree as well as the real one. */
export type Tree = ReadonlyMap<string, string>

/** Looks at a tree and complains, one line a fault: `file: what is wrong and what to do instead`. */
type Rule = (tree: Tree) => ReadonlyArray<string>

/** From the ground up. A part may import what lies below it, and parts of its own row as long as no circle arises. */
const rows: ReadonlyArray<ReadonlyArray<string>> = [
  ["values", "errors", "observability", "stopping", "transport"],
  ["database"],
  ["journal", "tasks"],
  ["legacy", "wechat"],
  ["customers"],
  ["login", "payments", "notices", "sharing"],
  ["audit"],
  ["plugin"],
  ["http"],
  ["console"],
  ["gateway"],
  ["index"],
  ["cli"]
]

/** Which files may import a package. What is not in the table may be imported by all. */
const homes: ReadonlyArray<readonly [packages: RegExp, home: RegExp, where: string]> = [
  [/^hono\/html$/, /^core\/(http|console)\/|\/pages[/.]/, "core/http, core/console and pages"],
  [/^hono(?!\/html$)(\/|$)/, /^core\/(http|console)\//, "core/http and core/console"],
  [/^@hono\/node-server/, /^core\/http\//, "core/http"],
  [
    /^kysely/,
    /^core\/database\/|\/(store|claims|recovery|migrations)[/.]/,
    "core/database and the files of a store"
  ],
  [/^(mysql2|node:sqlite)/, /^core\/database\//, "core/database"],
  [/^(saxes|@exodus\/bytes\/multi-byte)/, /^core\/legacy\/codec\//, "core/legacy/codec"],
  [/^uqr/, /\/qr\.ts$/, "one file, qr.ts"],
  [/^@peculiar\/x509/, /^plugins\/wechat-sandbox\//, "plugins/wechat-sandbox"],
  [/^(effect\/cli|@effect\/platform-node-shared)/, /^core\/cli\//, "core/cli"],
  [/^effect\/http\//, /^core\/http\//, "core/http"],
  [/^effect\/observability\//, /^core\/observability\//, "core/observability"],
  [/^effect\/persistence\//, /^core\/legacy\//, "core/legacy"],
  [/^effect\/(sql|http-api|rpc|cluster|workflow|ai)/, /^$/, "nothing: Kysely and Hono do this here"]
]

/** What stands outside the core, and what it may import besides #core. */
const reach: Readonly<Record<string, RegExp>> = {
  config: /^config\//,
  simulation: /^(simulation|plugins|core)\//,
  "gateway.config.ts": /^config\/env\.ts$|^plugins\/[^/]+\/index\.ts$/
}

/** What only a few files may do, as everything else must run in a simulated world. */
const powers: ReadonlyArray<readonly [power: RegExp, home: RegExp, instead: string]> = [
  [/\bprocess\.env\b/, /^config\/env\.ts$/, "let config/env.ts read the environment"],
  [/\bDate\.now\b|\bnew Date\(\)/, /^$/, "ask Effect's Clock"],
  [
    /(?<![.\w])set(Timeout|Interval|Immediate)\(|node:timers/,
    /^$/,
    "use Effect.sleep or a Schedule"
  ],
  [/\bMath\.random\b/, /^$/, "ask Effect's Random"],
  [/\bconsole\.\w+\(/, /^core\/(cli|observability)\//, "use Effect.log"]
]

/** What a vertical consists of: files, or folders of the same name. A sandbox is a whole server, so it has more. */
const silhouette = [
  "index",
  "model",
  "service",
  "store",
  "migrations",
  "dialects",
  "pages",
  "play",
  "README"
]

// --- Reading ---------------------------------------------------------------------------------------------------------

const tokens = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|(["'])(?:\\.|(?!\1)[^\\\n])*\1|`(?:\\.|[^`\\])*`/g
const withoutComments = (text: string) =>
  text.replace(tokens, (token) => (token.startsWith("/") ? "" : token))
/** Without comments and text; what a template computes is code. */
const codeOnly = (text: string) =>
  text.replace(tokens, (token) => {
    if (token.startsWith("/")) return ""
    return token.startsWith("`") ? (token.match(/\$\{[^}]*\}/g) ?? []).join() : `""`
  })

interface Import {
  readonly file: string
  readonly from: string
  readonly dynamic: boolean
}

const importPattern =
  /^(?:import|export)\b[^"'`;]*?\bfrom "([^"]+)"|^import "([^"]+)"|\bimport\(\s*"([^"]+)"/gm

/** Ours as paths from the root (`core/errors.ts`), others' as they are written. */
const importsOf = (file: string, text: string): ReadonlyArray<Import> =>
  [...withoutComments(text).matchAll(importPattern)].map(([, named, bare, dynamic]) => {
    const specifier = named ?? bare ?? dynamic ?? ""
    const from = specifier.startsWith(".") ? join(dirname(file), specifier) : specifier
    return { file, from: from === "#core" ? "core/index.ts" : from, dynamic: dynamic !== undefined }
  })

const sources = (tree: Tree, folders: RegExp) =>
  [...tree].filter(([file]) => folders.test(file) && /\.(ts|js)$/.test(file))
const imports = (tree: Tree, folders: RegExp) =>
  sources(tree, folders).flatMap(([file, text]) => importsOf(file, text))

const product = /^(core|plugins|config|simulation)\/|^gateway\.config\.ts$/
const isOurs = (path: string) => product.test(path)

/** `core/payments/store.ts` → `payments`, `core/errors.ts` → `errors`. */
const partOf = (file: string) => file.split("/")[1]?.replace(/\.(ts|js)$/, "") ?? ""
const rowOf = (file: string) => rows.findIndex((row) => row.includes(partOf(file)))

// --- Rules -----------------------------------------------------------------------------------------------------------

const direction: Rule = (tree) =>
  imports(tree, /^core\//).flatMap(({ file, from, dynamic }) => {
    if (rowOf(file) < 0) return [`${file}: no row of the layers has "${partOf(file)}"; give it one`]
    const fromCommand =
      dynamic && partOf(file) === "cli" && /^(simulation|gateway\.config)/.test(from)
    if (!isOurs(from) || fromCommand) return []
    if (!from.startsWith("core/")) return [`${file}: the core does not import ${from}`]
    return rowOf(from) <= rowOf(file) ? [] : [`${file}: ${from} lies above it; imports point down`]
  })

const plugins: Rule = (tree) =>
  imports(tree, /^plugins\//).flatMap(({ file, from }) => {
    const own = file.split("/", 2).join("/")
    const allowed = !isOurs(from) || from === "core/index.ts" || from.startsWith(`${own}/`)
    return allowed ? [] : [`${file}: imports ${from}; a plugin imports #core and itself only`]
  })

const deployment: Rule = (tree) =>
  imports(tree, /^(config\/.*\.ts|gateway\.config\.ts|simulation\/.*)$/).flatMap(
    ({ file, from }) => {
      const known = from === "core/index.ts" || reach[file.split("/")[0] ?? ""]?.test(from)
      return !isOurs(from) || known ? [] : [`${file}: ${from} is not its business`]
    }
  )

const oneHome: Rule = (tree) =>
  imports(tree, product).flatMap(({ file, from }) =>
    homes
      .filter(([packages, home]) => packages.test(from) && !home.test(file))
      .map(([, , where]) => `${file}: ${from} is for ${where}`)
  )

const noBarrels: Rule = (tree) =>
  imports(tree, product)
    .filter(({ from }) => /^(effect\/[a-z-]+|@effect\/platform-node(-shared)?)$/.test(from))
    .map(({ file, from }) => `${file}: ${from} loads all of it; import the module, ${from}/Name`)

const noCircles: Rule = (tree) => {
  const edges = new Map(
    sources(tree, product).map(([file, text]) => [
      file,
      importsOf(file, text).map(({ from }) => from)
    ])
  )
  const partEdges = Map.groupBy(
    imports(tree, /^core\//).filter(
      ({ file, from }) => /^core\//.test(from) && partOf(file) !== partOf(from)
    ),
    ({ file }) => partOf(file)
  )
  const parts = new Map(
    [...partEdges].map(([part, all]) => [part, all.map(({ from }) => partOf(from))])
  )
  return [...circles(edges), ...circles(parts)]
}

/** Depth first; each circle is told once, from where the search came back to. */
const circles = (edges: ReadonlyMap<string, ReadonlyArray<string>>): ReadonlyArray<string> => {
  const found: Array<string> = []
  const done = new Set<string>()
  const visit = (node: string, path: ReadonlyArray<string>) => {
    const start = path.indexOf(node)
    if (start >= 0)
      found.push(
        `${node}: imports itself by way of ${[...path.slice(start + 1), node].join(" → ")}`
      )
    if (start >= 0 || done.has(node)) return
    for (const next of edges.get(node) ?? []) visit(next, [...path, node])
    done.add(node)
  }
  for (const node of edges.keys()) visit(node, [])
  return found
}

const powersAtHome: Rule = (tree) =>
  sources(tree, /^(core|plugins|config)\/.*\.ts$/).flatMap(([file, text]) =>
    powers
      .filter(([power, home]) => power.test(codeOnly(text)) && !home.test(file))
      .map(([power, , instead]) => `${file}: uses ${power.exec(codeOnly(text))?.[0]}; ${instead}`)
  )

const lines = (text: string) => text.trimEnd().split("\n").length

const short: Rule = (tree) =>
  sources(tree, /^(core|plugins|config|simulation|test)\//)
    .filter(([, text]) => lines(text) > 300)
    .map(([file, text]) => `${file}: ${lines(text)} lines; 300 are the most a reader should hold`)

const sameSilhouette: Rule = (tree) => {
  const entries = [...tree.keys()]
    .map((file) => file.split("/"))
    .filter(([top]) => top === "plugins")
  const byPlugin = Map.groupBy(entries, ([, plugin]) => plugin ?? "")
  return [...byPlugin].flatMap(([plugin, files]) => {
    const stems = new Set(files.map(([, , entry]) => entry?.replace(/\.\w+$/, "") ?? ""))
    const missing = ["index", "README"].filter((stem) => !stems.has(stem))
    const odd = plugin.endsWith("-sandbox")
      ? []
      : [...stems].filter((stem) => !silhouette.includes(stem))
    return [
      ...missing.map((stem) => `plugins/${plugin}: has no ${stem}`),
      ...odd.map(
        (stem) => `plugins/${plugin}/${stem}: a plugin consists of ${silhouette.join(", ")}`
      )
    ]
  })
}

const explained: Rule = (tree) => {
  const index = tree.get("core/index.ts") ?? ""
  const tooLong = lines(index) > 100 ? ["core/index.ts: more than 100 lines; offer less"] : []
  const named = /^export (?:type )?\{([^}]*)\} from "(\.[^"]+)"/gm
  const missing = [...withoutComments(index).matchAll(named)].flatMap(
    ([, names = "", from = ""]) => {
      const file = join("core", from)
      return names
        .split(",")
        .map((name) =>
          name
            .trim()
            .replace(/^type /, "")
            .replace(/ as .*/, "")
        )
        .filter((name) => name !== "")
        .filter(
          (name) => !new RegExp(`\\*/\\nexport [a-z ]*\\b${name}\\b`).test(tree.get(file) ?? "")
        )
        .map((name) => `${file}: ${name} is offered by #core, so it needs a doc comment`)
    }
  )
  return [...tooLong, ...missing]
}

export const rules: Readonly<Record<string, Rule>> = {
  "imports in the core point down": direction,
  "plugins import #core and themselves only": plugins,
  "configuration and simulation reach into nothing": deployment,
  "a package has one home": oneHome,
  "nothing loads a barrel of unstable modules": noBarrels,
  "no import comes back to where it started": noCircles,
  "environment, clock, timers, chance and console have one home each": powersAtHome,
  "a file fits in the head": short,
  "a plugin looks like every other": sameSilhouette,
  "what #core offers is little, and explained": explained
}
