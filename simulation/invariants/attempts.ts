import { allows, type Subject } from "../../core/payments/graph.ts"
import type { HistoryRow } from "../../core/payments/store.ts"
import { always, type History } from "./history.ts"

const byRow = (history: ReadonlyArray<HistoryRow>) =>
  [...Map.groupBy(history, ({ id, subject }) => `${subject} ${id}`)].map(
    ([name, rows]) => [name, rows.toSorted((a, b) => a.version - b.version)] as const
  )

interface Moving {
  readonly id: string
  readonly state: string
  readonly version: number
}

const movingRows = ({ rows }: History): ReadonlyArray<readonly [Subject, Moving]> => [
  ...rows.payments.map((row) => ["payment", row] as const),
  ...rows.attempts.map((row) => ["attempt", row] as const),
  ...rows.reversals.map((row) => ["reversal", row] as const),
  ...rows.refunds.map((row) => ["refund", row] as const)
]

export const onlyDeclaredMoves = always(
  "Every history is a path of the declared graph and ends where the row stands",
  (history) => {
    const states = new Map(
      movingRows(history).map(([subject, { id, state }]) => [`${subject} ${id}`, state])
    )
    return byRow(history.rows.history).flatMap(([name, rows]) => {
      const wrong = rows.find(({ from, subject, to }, index) => {
        const before = rows[index - 1]?.to ?? null
        return from !== before || (from !== null && !allows(subject, from, to as never))
      })
      if (wrong !== undefined) return [`${name} went from ${wrong.from} to ${wrong.to}`]
      const last = rows.at(-1)?.to
      return last === states.get(name)
        ? []
        : [`${name} stands at ${states.get(name)} and last went to ${last}`]
    })
  }
)

export const versionsWithoutGap = always("Versions are 1, 2, 3 … for each row", (history) => {
  const paths = new Map(byRow(history.rows.history))
  return movingRows(history).flatMap(([subject, { id, version }]) => {
    const versions = (paths.get(`${subject} ${id}`) ?? []).map((row) => row.version)
    const whole =
      versions.length === version && versions.every((number, index) => number === index + 1)
    return whole
      ? []
      : [`${subject} ${id} is at version ${version}, its history has ${versions.join(", ")}`]
  })
})

/** How long WeChat may be in reach before somebody must know. */
const minute = 60_000

export const doubtIsShort = always(
  "Nothing stays unknown for a minute in which WeChat can be reached",
  ({ calmSince, now, rows }) => {
    const inDoubt = new Set([
      ...rows.attempts
        .filter(({ state, way }) => state === "unknown" || (state === "sent" && way === "codepay"))
        .map(({ id }) => `attempt ${id}`),
      // What is given back as a refund instead is as doubtful as that refund.
      ...rows.reversals
        .filter(
          ({ id, state }) =>
            state === "unknown" && !rows.refunds.some(({ key }) => key === `undo:${id}`)
        )
        .map(({ id }) => `reversal ${id}`),
      ...rows.refunds.filter(({ state }) => state === "unknown").map(({ id }) => `refund ${id}`)
    ])
    return byRow(rows.history).flatMap(([name, moves]) => {
      const since = Math.max(moves.at(-1)?.at ?? 0, calmSince)
      return inDoubt.has(name) && now - since > minute
        ? [`${name} is in doubt since ${now - since} ms`]
        : []
    })
  }
)

export const oneAtATime = always(
  "No second number is opened for a ticket while the first may still be paid",
  ({ rows }) =>
    rows.history.flatMap(({ from, id, subject }, moment) => {
      if (subject !== "attempt" || from !== null) return []
      const opened = rows.attempts.find((attempt) => attempt.id === id)
      const before = rows.history.slice(0, moment)
      const stateOf = (subject: Subject, id: string) =>
        before.findLast((row) => row.subject === subject && row.id === id)?.to
      return rows.attempts
        .filter(
          ({ number, payment }) => payment === opened?.payment && number < (opened?.number ?? 0)
        )
        .flatMap((earlier) => {
          const state = stateOf("attempt", earlier.id)
          const undoing = stateOf("reversal", earlier.id)
          const over =
            state === "refused" || state === "closed" || (state === "paid" && undoing === "done")
          return over && undoing !== "asked" && undoing !== "unknown"
            ? []
            : [`${id} was opened while ${earlier.id} was ${state}`]
        })
    })
)
