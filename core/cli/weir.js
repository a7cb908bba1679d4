#!/usr/bin/env node
// Plain JavaScript, so that an older Node reads this far and is not left with a syntax error.
import { existsSync } from "node:fs"
import module from "node:module"
import os from "node:os"

if (Number.parseInt(process.versions.node, 10) < 24) {
  console.error(`Weir needs Node 24 or newer, and this is Node ${process.versions.node}.`)
  console.error("Run `npm ci` (it brings Node 24 along), then use `npm start` or `npx weir`.")
  process.exit(78)
}
if (existsSync(".env")) process.loadEnvFile(".env")
// What keeps this pool busy is signing for WeChat Pay: one thread a core, as more would only wait for each other.
process.env.UV_THREADPOOL_SIZE ||= String(os.availableParallelism())
module.enableCompileCache()
await import("./main.ts")
