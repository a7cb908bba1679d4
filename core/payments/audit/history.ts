import { raw, rule } from "../../database/rule.ts"
import { graphs, type Subject } from "../graph.ts"
import { tableOf } from "../store.ts"

const subjects = Object.keys(graphs) as ReadonlyArray<Subject>

/** Every step that the declared graph has, as `payment open paid`. */
const declared = subjects.flatMap((subject) =>
  Object.entries(graphs[subject]).flatMap(([from, next]) =>
    next.map((to: string) => `${subject} ${from} ${to}`)
  )
)

interface Step {
  readonly subject: string
  readonly id: string
  readonly version: number
  readonly from: string | null
  readonly to: string
}

const from = raw.ref("from")
const to = raw.ref("to")

export const onlyDeclaredMoves = rule<Step>(
  "Every history is a path of the declared graph, its versions are 1, 2, 3 …",
  () => raw`
    select subject, id, version, ${from}, ${to} from (
      select subject, id, version, ${from}, ${to},
        lag(${to}) over (partition by subject, id order by version) as earlier,
        row_number() over (partition by subject, id order by version) as place
      from weir_history) as step
    where version != place or coalesce(${from}, '') != coalesce(earlier, '')
      or (${from} is not null and concat(subject, ' ', ${from}, ' ', ${to}) not in (${raw.join(declared)}))`,
  ({ from, id, subject, to, version }) =>
    `${subject} ${id} went from ${from} to ${to} as version ${version}`
)

interface Apart {
  readonly subject: string
  readonly id: string
  readonly state: string
  readonly version: number
}

export const rowsStandWhereTheirHistoryEnds = rule<Apart>(
  "Every payment, attempt, reversal and refund stands where its history ends",
  () =>
    raw.join(
      subjects.map(
        (subject) => raw`
          select ${subject} as subject, one.id, one.state, one.version from ${raw.table(tableOf[subject])} as one
          left join weir_history as last on last.subject = ${subject} and last.id = one.id and last.version = one.version
          where last.id is null or last.${to} != one.state or exists (
            select 1 from weir_history as later
            where later.subject = ${subject} and later.id = one.id and later.version > one.version)`
      ),
      raw` union all `
    ),
  ({ id, state, subject, version }) =>
    `${subject} ${id} is ${state} at version ${version}, and its history is not`
)

export const everyHistoryHasItsRow = rule<Pick<Apart, "subject" | "id">>(
  "There is no history of what is not there",
  () =>
    raw.join(
      subjects.map(
        (subject) => raw`
          select step.subject, step.id from weir_history as step
          left join ${raw.table(tableOf[subject])} as one on one.id = step.id
          where step.subject = ${subject} and step.version = 1 and one.id is null`
      ),
      raw` union all `
    ),
  ({ id, subject }) => `${subject} ${id} has a history and is not there`
)
