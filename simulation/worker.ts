import { parentPort, workerData } from "node:worker_threads"
import { live } from "./seed.ts"

parentPort?.on("message", async (seed: number) => {
  parentPort?.postMessage(await live(seed, workerData))
})
