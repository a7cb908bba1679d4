/**
 * `npm test`: finds or brings what the tests need, runs them, and ends with one plain line of counts. Arguments go to
 * vitest: `npm test -- test/core/tasks`. Plain JavaScript, so that any Node can start it; vitest finds the one that
 * `npm ci` brought.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, statfsSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { findChromium } from "./support/chromium.js"
import { run } from "./support/command.js"
import { findMariadb } from "./support/mariadb.js"

/** Thousands of small databases come and go: where memory can hold them, no test waits for a disk. */
const memory = "/dev/shm"
const roomFor = (/** @type {string} */ path) => {
  const { bavail, bsize } = statfsSync(path)
  return bavail * bsize > 4 * 2 ** 30
}
const inMemory = existsSync(memory) && roomFor(memory) ? memory : undefined
const folder = mkdtempSync(join(inMemory ?? tmpdir(), "weir-test-"))
if (inMemory !== undefined) process.env.TMPDIR = folder
const report = join(folder, "report.json")
const mariadb = await findMariadb()
const chromium = await findChromium()

process.env.PATH = [join(import.meta.dirname, "../node_modules/.bin"), process.env.PATH].join(
  delimiter
)
process.env.WEIR_TEST_MARIADB_URL = mariadb?.url ?? ""
process.env.WEIR_TEST_CHROMIUM = chromium ?? ""

const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`]
const succeeded = await run(
  "vitest",
  ["run", "--config=config/vitest.config.ts", ...reporters, ...process.argv.slice(2)],
  { minutes: 60 }
)

/** A file that could not be loaded, an error outside every test, a runner that died: each is a failure as well. */
const count = () => {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } =
      JSON.parse(readFileSync(report, "utf8"))
    const notLoaded = testResults.filter(
      (/** @type {{ status: string, assertionResults: [] }} */ file) =>
        file.status === "failed" && file.assertionResults.length === 0
    ).length
    const failed = Math.max(numFailedTests + notLoaded, succeeded ? 0 : 1)
    return { passed: numPassedTests, failed, skipped: numPendingTests + numTodoTests }
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

const { passed, failed, skipped } = count()
rmSync(folder, { recursive: true, force: true })
await mariadb?.stop()
if (!mariadb) console.log("SKIPPED: tests on MariaDB, as none answers and none could be installed.")
if (!chromium)
  console.log("SKIPPED: tests in a browser, as there is no Chromium and none could be installed.")
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = failed === 0 ? 0 : 1
