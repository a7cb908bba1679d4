/** `npm run check`: every step runs, also after one that failed; each ends in one line. */
import { spawnSync } from "node:child_process"

const steps = {
  format: "biome format .",
  lint: "biome check --formatter-enabled=false --error-on-warnings .",
  types: "tsc -p .",
  "dead code": "knip --config config/knip.json",
  architecture: "vitest run --config config/vitest.config.ts test/architecture.test.ts"
}

/** @param {[name: string, command: string]} step */
const passes = ([name, command]) => {
  const start = performance.now()
  const { status, stdout, stderr } = spawnSync(command, {
    shell: true,
    encoding: "utf8",
    timeout: 300_000,
    maxBuffer: 1 << 28
  })
  if (status !== 0) process.stdout.write(`\n$ ${command}\n${stdout}${stderr}\n`)
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${name.padEnd(14)}${status === 0 ? "ok" : "FAILED"}  ${seconds} s`)
  return status === 0
}

process.exitCode = Object.entries(steps).map(passes).includes(false) ? 1 : 0
