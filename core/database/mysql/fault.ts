import { Predicate } from "effect"
import { ConnectionLost, type Fault } from "../engine.ts"

// Numbers of the servers, and of TiDB: mariadb.com/kb/en/mariadb-error-code-reference, docs.pingcap.com/tidb/stable/error-codes.
/** What was tried got in another transaction's way, which is over or will be soon: deadlock, lock wait, moved snapshot, moved table. */
const passing = new Set([1020, 1205, 1206, 1213, 1412, 3572, 8002, 8022, 8028, 9007])
/** The connection or its server no longer serves us: killed, shutting down, read-only, full, no longer part of its cluster. */
const lost = new Set([
  1040, 1047, 1053, 1158, 1159, 1160, 1161, 1203, 1226, 1290, 1317, 1836, 1927, 1969, 3024
])
/** Disk, memory, files. */
const storage = new Set([
  1001, 1004, 1005, 1015, 1016, 1021, 1023, 1024, 1026, 1030, 1034, 1035, 1036, 1037, 1038, 1041,
  1114, 1180, 1181, 1194, 1195, 1877
])
const duplicate = 1062
/** Of these only the statement fails, as every server says: wrong SQL, wrong values, what a constraint forbids. */
const ofTheStatement = new Set([
  1048, 1054, 1062, 1064, 1146, 1264, 1292, 1364, 1365, 1366, 1406, 1451, 1452, 1690, 3819, 4025
])

/** The server said nothing for too long. What it may still be doing is not begun once more beside it. */
export class NoAnswer extends Error {}

/** A statement committed or undid what was not its own: a change of tables, a COMMIT. */
export class TransactionEnded extends Error {}

/** What the server answered to a statement. */
export class SqlError extends Error {
  readonly number: number

  constructor(number: number, message: string) {
    super(`${withoutValues(message)} (${number})`)
    this.number = number
  }
}

/** The server quotes what it was given, which may be anybody's name. */
const withoutValues = (message: string) =>
  message.replace(/((?:value|entry):?) '.*'(?= for (?:key|column) |$)/s, "$1")

export const fault = (error: unknown): Fault => {
  if (error instanceof ConnectionLost) return "lost"
  if (error instanceof NoAnswer || error instanceof TransactionEnded) return "storage"
  if (!(error instanceof SqlError)) return "work"
  if (error.number === duplicate) return "raced"
  if (passing.has(error.number)) return "passing"
  if (lost.has(error.number)) return "lost"
  return storage.has(error.number) ? "storage" : "work"
}

/** Whether the server may have ended the transaction with it, in which case the next statement would begin another. */
export const endsTransaction = (error: unknown): boolean =>
  error instanceof ConnectionLost ||
  error instanceof NoAnswer ||
  error instanceof TransactionEnded ||
  (error instanceof SqlError && !ofTheStatement.has(error.number))

/** What a client library's error means: the server's answer to a statement, or that there is no server any more. */
export const understood = (error: unknown): Error => {
  if (!Predicate.isError(error)) return new Error(String(error))
  if (error instanceof NoAnswer) return error
  if (Predicate.hasProperty(error, "errno") && typeof error.errno === "number" && error.errno > 0)
    return new SqlError(error.errno, error.message)
  const fatal = Predicate.hasProperty(error, "fatal") && error.fatal === true
  if (fatal || Predicate.hasProperty(error, "code"))
    return new ConnectionLost(error.message, { cause: error })
  return error
}
