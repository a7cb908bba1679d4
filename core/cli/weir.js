#!/usr/bin/env node
import "./node-version.js"
import { existsSync } from "node:fs"
import module from "node:module"
import os from "node:os"

if (existsSync(".env")) process.loadEnvFile(".env")
// What keeps this pool busy is signing for WeChat Pay: one thread a core, as more would only wait for each other.
process.env.UV_THREADPOOL_SIZE ||= String(os.availableParallelism())
module.enableCompileCache()
// Not awaited, as only a module could: the bundle is a plain script.
void import("./main.ts")
