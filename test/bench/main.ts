import { spawnSync } from "node:child_process"
import { cpus, loadavg } from "node:os"

// Each compares things with each other in the same run: quote its ratios, not its times.
const benches = [
  "books",
  "callbacks",
  "pay-calls",
  "recovery",
  "routed-call",
  "silent-connections",
  "start",
  "till-sales",
  "writes"
]

const chosen = process.argv.slice(2)
console.log(
  `${cpus().length} × ${cpus()[0]?.model}, Node ${process.versions.node}, load ${loadavg()[0]?.toFixed(1)}`
)
for (const name of chosen.length > 0 ? chosen : benches) {
  console.log(`\n${name}`)
  const file = new URL(`./${name}.ts`, import.meta.url).pathname
  const { status } = spawnSync(process.execPath, [file], { stdio: "inherit" })
  if (status !== 0) process.exitCode = 1
}
