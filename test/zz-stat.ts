import { StatementSync, DatabaseSync } from "node:sqlite"
const stats = new Map<string, [number, number]>()
const origPrepare = DatabaseSync.prototype.prepare
DatabaseSync.prototype.prepare = function (sql: string) {
  const st = origPrepare.call(this, sql)
  for (const m of ["all", "run"] as const) {
    const orig = st[m].bind(st) as (...a: any[]) => any
    ;(st as any)[m] = (...a: any[]) => { const t = performance.now(); try { return orig(...a) } finally { const s = stats.get(sql) ?? [0, 0]; s[0]++; s[1] += performance.now() - t; stats.set(sql, s) } }
  }
  return st
}
const ex = DatabaseSync.prototype.exec
DatabaseSync.prototype.exec = function (sql: string) { const t = performance.now(); try { return ex.call(this, sql) } finally { const s = stats.get("EXEC " + sql) ?? [0, 0]; s[0]++; s[1] += performance.now() - t; stats.set("EXEC " + sql, s) } }
void StatementSync
await import("./zz-sim.ts")
for (const [k, [n, t]] of [...stats].sort((a, b) => b[1][1] - a[1][1]).slice(0, 22)) console.log(t.toFixed(0).padStart(6), "ms", String(n).padStart(6), (1000 * t / n).toFixed(0).padStart(5), "us", k.replaceAll(/\s+/g, " ").slice(0, 150))
