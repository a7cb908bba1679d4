import { Effect } from "effect"
import { live } from "../simulation/seed.ts"
import { makeKeys } from "../plugins/wechat-sandbox/keys.ts"
const t0 = performance.now()
const keys = await Effect.runPromise(makeKeys("1900012345", Date.parse("2026-01-01T00:00:00Z")))
console.log("keys", (performance.now()-t0).toFixed(0))
const from = Number(process.argv[2] ?? 1), n = Number(process.argv[3] ?? 1)
for (let seed = from; seed < from + n; seed++) {
  const t = performance.now()
  const v = await live(seed, keys)
  console.log(seed, v.hash, (performance.now()-t).toFixed(0) + "ms", v.trace.length, "lines", (Number(v.trace.at(-1)?.split(" ")[0]) - 1795478400000) / 1000, v.violations.slice(0,3).map(s=>s.slice(0,1500)))
  if (process.argv[4]) for (const l of v.trace.slice(-Number(process.argv[4]))) console.log("   ", l.slice(0,220))
}
