import type { Harm, Violation } from "./judge.ts"

/** What happened in some rounds, in numbers. */
export interface Tally {
  rounds: number
  kills: number
  pauses: number
  /** How often a database was killed. */
  databases: number
  /** How often a disk was full. */
  fills: number
  /** How often a clock jumped. */
  jumps: number
  /** Sales that a till was told are paid. */
  sales: number
  /** The longest until a gateway that was started again was ready, in milliseconds. */
  restart: number
  /** The longest until a gateway was ready once what it lacked was back, in milliseconds. */
  recovery: number
  /** The longest until everything had come to its end, in milliseconds. */
  rest: number
  readonly violations: Array<Violation>
}

export const newTally = (): Tally => ({
  rounds: 0,
  kills: 0,
  pauses: 0,
  databases: 0,
  fills: 0,
  jumps: 0,
  sales: 0,
  restart: 0,
  recovery: 0,
  rest: 0,
  violations: []
})

const counted = ["rounds", "kills", "pauses", "databases", "fills", "jumps", "sales"] as const
const longest = ["restart", "recovery", "rest"] as const

export const add = (to: Tally, one: Tally): void => {
  for (const name of counted) to[name] += one[name]
  for (const name of longest) to[name] = Math.max(to[name], one[name])
  to.violations.push(...one.violations)
}

const harms: ReadonlyArray<Harm> = ["lost", "double", "unknown", "stale", "other"]

const cells = (name: string, tally: Tally): ReadonlyArray<string> => [
  name,
  ...counted.map((key) => String(tally[key])),
  ...harms.map((harm) => String(tally.violations.filter((one) => one.harm === harm).length)),
  ...longest.map((key) => `${(tally[key] / 1000).toFixed(1)} s`)
]

/** A line for each name, and one for the column heads. */
export const table = (tallies: ReadonlyMap<string, Tally>): string => {
  const lines = [
    ["", ...counted, ...harms, ...longest],
    ...[...tallies].map(([name, tally]) => cells(name, tally))
  ]
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0))
  )
  return lines
    .map((line) => line.map((cell, column) => cell.padStart(widths[column] ?? 0)).join("  "))
    .join("\n")
}
