import type { Compilable, CompiledQuery } from "kysely"
import type { Sql } from "./engine.ts"

/** Stands for a value while a statement is compiled. */
class Place {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

interface Compiled {
  readonly query: CompiledQuery
  readonly names: ReadonlyArray<string>
}

/** What a statement has read, and how many rows it has changed. */
interface Outcome<R> {
  readonly rows: ReadonlyArray<R>
  readonly changed: number
}

/**
 * A statement that every sale needs: written with Kysely like any other, but compiled once for all values, since compiling costs as
 * much as running. It may look at the names of its values, never at the values.
 *
 * `const find = statement((sql, { id }: Id) => tables(sql).selectFrom("weir_attempts").where("id", "=", id))`
 */
export const statement = <V extends object, R>(
  build: (sql: Sql, values: V) => Compilable<R>
): ((sql: Sql, values: V) => Promise<Outcome<R>>) => {
  /** By the adapter, the one thing that all handles of a database share, as each kind has words of its own. */
  const compiled = new WeakMap<object, Map<string, Compiled>>()

  const known = (sql: Sql, names: ReadonlyArray<string>): Compiled => {
    const { adapter } = sql.getExecutor()
    const all = compiled.get(adapter) ?? new Map<string, Compiled>()
    compiled.set(adapter, all)
    const key = names.join()
    const found = all.get(key) ?? compile(build, sql, names)
    all.set(key, found)
    return found
  }

  return async (sql, values) => {
    const { names, query } = known(sql, Object.keys(values))
    const parameters = names.map((name) => values[name as keyof V])
    const result = await sql.executeQuery<R>({ ...query, parameters } as CompiledQuery<R>)
    return { rows: result.rows, changed: Number(result.numAffectedRows ?? 0) }
  }
}

const compile = <V extends object>(
  build: (sql: Sql, values: V) => Compilable<unknown>,
  sql: Sql,
  all: ReadonlyArray<string>
): Compiled => {
  // Kysely passes values on as they are.
  const places = Object.fromEntries(all.map((name) => [name, new Place(name)])) as V
  const query = build(sql, places).compile()
  const names = query.parameters.map((place) => {
    if (place instanceof Place) return place.name
    throw new Error("What differs from one time to the next must be among the statement's values")
  })
  return { query, names }
}
