import { randomUUID } from "node:crypto"
import { CompiledQuery } from "kysely"
import type { Server } from "./address.ts"
import { DatabaseRefused, type Engine, type Lane, type Sql } from "./engine.ts"
import { createMarks, forgetMarks, setMark } from "./mark.ts"
import { Alteration, lockTables } from "./mysql/alteration.ts"
import { handle } from "./mysql/dialect.ts"
import { fault } from "./mysql/fault.ts"
import { LaneDriver } from "./mysql/lane.ts"
import { Pool } from "./mysql/pool.ts"
import { openSession } from "./mysql/server.ts"
import type { Session } from "./mysql/session.ts"

/** How a process uses a server; times in milliseconds. */
export interface MysqlLimits {
  /** How many writers there are beside each other. More of them share fewer commits. */
  readonly lanes: number
  /** How many reads there are at once, and how long others wait for one of them to end. */
  readonly reads: { readonly most: number; readonly wait: number }
  readonly connect: number
  /** How long a server may say nothing to a read, and to a statement of a write. */
  readonly answer: { readonly read: number; readonly write: number }
}

const usual: MysqlLimits = {
  lanes: 4,
  // As long as for an answer: a till that waits for both hears "still running" before either has failed.
  reads: { most: 8, wait: 15_000 },
  connect: 2_000,
  answer: { read: 15_000, write: 20_000 }
}

/** Opens a database on a server of the MySQL protocol, which may serve many processes. */
export const openMysql = async (
  server: Server,
  now: number,
  limits: Partial<MysqlLimits> = {}
): Promise<Engine> => {
  const { answer, connect, lanes: count, reads } = { ...usual, ...limits }
  const open = (answer: number) => openSession(server, { connect, answer })
  const collation = await using(open(answer.read), collationOf)
  const pool = new Pool(() => open(answer.read), reads)
  const drivers = Array.from({ length: count }, () => new LaneDriver(() => open(answer.write)))
  const lanes = lanesOf(drivers, pool, collation)
  const close = () => {
    for (const driver of drivers) driver.close()
    pool.clear()
  }
  try {
    for (const { reopen } of lanes) await reopen()
    await makeReady(lanes[0], now)
  } catch (error) {
    close()
    throw error
  }
  return {
    reads: handle(pool, collation),
    lanes,
    fault,
    most: 64,
    // A deadlock is over once it is told, and a lock has been waited for, a second each time. Whoever stands still with one is made to
    // let go after five, which outlasting is better than telling a till of a failure.
    patience: { together: 2, alone: 7 },
    pause: 250,
    alter: (work) =>
      using(open(0), async (session) => {
        await lockTables(session, server.name)
        return work(handle(new Alteration(session), collation))
      }),
    close
  }
}

/** A handle that only reads. An answer may take as long as it takes. */
export const lookIntoServer = async (server: Server) => {
  const open = () => openSession(server, { connect: usual.connect, answer: 0 })
  const pool = new Pool(open, { most: 1, wait: usual.reads.wait })
  const session = await pool.acquireConnection()
  await pool.releaseConnection(session)
  return { sql: handle(pool, "utf8mb4_bin"), close: () => pool.destroy() }
}

const using = async <A>(opening: Promise<Session>, use: (session: Session) => Promise<A>) => {
  const session = await opening
  try {
    return await use(session)
  } finally {
    session.end()
  }
}

/** Of a server's collations the one that takes texts as they are, to their last space: a key is equal to itself alone. */
const collationOf = async (session: Session): Promise<string> => {
  const known = ["utf8mb4_nopad_bin", "utf8mb4_0900_bin"]
  const { rows } = await session.executeQuery<{ readonly Collation: string }>(
    CompiledQuery.raw(`show collation where Collation in ('${known.join("', '")}')`)
  )
  return rows[0]?.Collation ?? "utf8mb4_bin"
}

const lanesOf = (drivers: ReadonlyArray<LaneDriver>, pool: Pool, collation: string) => {
  const process = randomUUID().replaceAll("-", "")
  const [first, ...more] = drivers.map(
    (driver, place): Lane => ({
      sql: handle(driver, collation),
      writer: `${process}-${place}`,
      shared: true,
      reopen: () => {
        pool.clear()
        return driver.reopen()
      }
    })
  )
  if (first === undefined) throw new Error("A database needs a lane to write in")
  return [first, ...more] as const
}

const makeReady = async ({ sql, writer }: Lane, now: number): Promise<void> => {
  await createMarks(sql)
  await sql.transaction().execute(async (sql) => {
    await setMark(sql, writer, 0)
    const same = "update weir_commits set mark = mark where writer = ?"
    const { numAffectedRows } = await sql.executeQuery(CompiledQuery.raw(same, [writer]))
    // A proxy in between may have its own mind about how rows are counted; compare-and-set lives by the count.
    if (numAffectedRows !== 1n)
      throw new DatabaseRefused({
        reason: "The server does not count the rows that an update finds"
      })
  })
  await tidy(sql, now - 30 * 86_400_000)
}

/** Left to the next start, if others are at it. */
const tidy = (sql: Sql, before: number): Promise<unknown> =>
  sql
    .transaction()
    .execute((sql) => forgetMarks(sql, before))
    .catch(() => {})
