import { CompiledQuery } from "kysely"
import type { Server } from "../address.ts"
import { DatabaseRefused } from "../engine.ts"
import { SqlError } from "./fault.ts"
import { type Patience, Session } from "./session.ts"

/** Opens a session as ours must be, on a server that keeps what it acknowledges. Asked anew each time: it may be another server by now. */
export const openSession = async (server: Server, patience: Patience): Promise<Session> => {
  const session = await Session.open(server, patience).catch((error) => {
    throw explained(server, error)
  })
  try {
    const variables = await variablesOf(session)
    const fault = faultIn(variables)
    if (fault !== undefined) throw new DatabaseRefused({ reason: `${where(server)}: ${fault}` })
    // Each statement sees what is committed, and holds no gap that others want to write into.
    await session.executeQuery(
      CompiledQuery.raw("set session transaction isolation level read committed")
    )
    await session.executeQuery(CompiledQuery.raw(`set session ${settingsFor(variables)}`))
    return session
  } catch (error) {
    session.destroy()
    throw error
  }
}

/** Two columns of the same name and value in all servers. */
type Variables = ReadonlyMap<string, string>

const asked = [
  "version",
  "innodb_flush_log_at_trx_commit",
  "log_bin",
  "sync_binlog",
  "binlog_format",
  "max_allowed_packet",
  "innodb_snapshot_isolation",
  "idle_transaction_timeout"
]

const variablesOf = async (session: Session): Promise<Variables> => {
  const names = asked.map((name) => `'${name}'`).join()
  const { rows } = await session.executeQuery<{
    readonly Variable_name: string
    readonly Value: string
  }>(CompiledQuery.raw(`show variables where Variable_name in (${names})`))
  return new Map(rows.map(({ Value, Variable_name }) => [Variable_name, Value]))
}

/** A statement's lengths and kinds are checked, and its texts mean the same on every server. */
const settings = {
  sql_mode: "'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'",
  time_zone: "'+00:00'",
  default_storage_engine: "InnoDB",
  innodb_lock_wait_timeout: "1"
}

/** The same, where a server knows them. */
const settingsOfSome = {
  innodb_snapshot_isolation: "on",
  // Whoever stands still within a transaction must not hold up the others for long.
  idle_transaction_timeout: "5"
}

const settingsFor = (variables: Variables): string =>
  [
    ...Object.entries(settings),
    ...Object.entries(settingsOfSome).filter(([name]) => variables.has(name))
  ]
    .map(([name, value]) => `${name} = ${value}`)
    .join()

/** Why acknowledged rows would not be safe there, or our statements would not work. */
const faultIn = (variables: Variables): string | undefined => {
  const version = variables.get("version") ?? ""
  if (!isRecent(version)) return `MariaDB 10.6 or MySQL 8.0 or later is needed, this is ${version}`
  if (variables.get("innodb_flush_log_at_trx_commit") !== "1")
    return "innodb_flush_log_at_trx_commit must be 1: with any other value, sales that were acknowledged are lost when the power fails"
  if (variables.get("log_bin") === "ON") {
    if (variables.get("sync_binlog") !== "1")
      return "sync_binlog must be 1 while log_bin is on: what is not in the binary log is undone after a power failure"
    if (variables.get("binlog_format") === "STATEMENT")
      return "binlog_format must be ROW or MIXED: statements alone cannot be repeated at READ COMMITTED"
  }
  if (Number(variables.get("max_allowed_packet")) < leastPacket)
    return `max_allowed_packet must be ${leastPacket} or more: a message of an old system and what surrounds it must fit`
}

const leastPacket = 4 * 1024 * 1024

const isRecent = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split(".").map(Number.parseFloat)
  return version.includes("MariaDB") ? major > 10 || (major === 10 && minor >= 6) : major >= 8
}

const where = ({ host, name, port }: Server) => `The database ${name} on ${host}:${port}`

const explained = (server: Server, error: unknown): unknown => {
  if (!(error instanceof SqlError)) return error
  const { name, user } = server
  const reason = {
    1044: `${where(server)} is not open to the user ${user}: grant all on \`${name}\`.* to that user`,
    1045: `${where(server)} refuses the user ${user} or its password`,
    1049: `${where(server)} does not exist: create it with \`create database ${name} character set utf8mb4\``,
    1698: `${where(server)} refuses the user ${user} or its password`
  }[error.number]
  return reason === undefined ? error : new DatabaseRefused({ reason })
}
