import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { createConnection } from "mysql2/promise"
import { install, run } from "./command.js"

export const program = "/usr/sbin/mariadbd"

/** @typedef {{ url: string, stop: () => Promise<void> }} Server */

/** @param {string} url */
const answers = async (url) => {
  try {
    const connection = await createConnection({ uri: url, connectTimeout: 2_000 })
    await connection.query("select 1")
    await connection.end()
    return true
  } catch {
    return false
  }
}

const freePort = async () => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  server.close()
  return typeof address === "object" && address !== null ? address.port : 0
}

/**
 * A server of our own in a folder of its own, which can be started, killed and started again on what it has stored.
 *
 * @typedef {{ url: string, start: () => Promise<boolean>, signal: (name: NodeJS.Signals) => void, ended: () => Promise<void>, remove: () => Promise<void> }} Own
 * @returns {Promise<Own | undefined>}
 */
export const makeOwn = async () => {
  if (!existsSync(program)) return undefined
  const folder = mkdtempSync(join(tmpdir(), "weir-mariadb-"))
  const user = process.getuid?.() === 0 ? ["--user=root"] : []
  const where = ["--no-defaults", `--datadir=${join(folder, "data")}`, ...user]
  const made = await run(
    "mariadb-install-db",
    [...where, "--auth-root-authentication-method=normal", "--skip-test-db"],
    { minutes: 2, quiet: true }
  )
  const port = await freePort()
  const url = `mysql://root@127.0.0.1:${port}`
  const options = [
    `--port=${port}`,
    `--socket=${join(folder, "sock")}`,
    "--bind-address=127.0.0.1",
    // A server that starts clears its folder for temporary files, which others may be using.
    `--tmpdir=${folder}`
  ]
  /** @type {import("node:child_process").ChildProcess | undefined} */
  let server
  /** @param {NodeJS.Signals} name */
  const signal = (name) => void server?.kill(name)
  const killed = () => signal("SIGKILL")

  const start = async () => {
    server = spawn(program, [...where, ...options], { stdio: "ignore" })
    process.once("exit", killed)
    for (let tries = 0; made && tries < 300; tries++) {
      if (await answers(url)) return true
      await sleep(100)
    }
    return false
  }
  const ended = async () => {
    if (server !== undefined && server.exitCode === null && server.signalCode === null)
      await Promise.race([once(server, "exit"), sleep(10_000)])
    process.off("exit", killed)
  }
  const remove = async () => {
    signal("SIGTERM")
    await ended()
    killed()
    rmSync(folder, { recursive: true, force: true })
  }
  return { url, start, signal, ended, remove }
}

const startOwn = async () => {
  const own = await makeOwn()
  if (await own?.start()) return own && { url: own.url, stop: own.remove }
  await own?.remove()
  return undefined
}

/**
 * The MariaDB of the tests: the one that `WEIR_TEST_MARIADB_URL` names, else a private one, installed if need be, else this machine's if
 * root needs no password there. Tests make databases of their own in it.
 *
 * @returns {Promise<Server | undefined>}
 */
export const findMariadb = async () => {
  const named = process.env.WEIR_TEST_MARIADB_URL
  if (named) return (await answers(named)) ? { url: named, stop: async () => {} } : undefined
  if (existsSync(program) || (await install("mariadb-server"))) {
    const own = await startOwn()
    if (own !== undefined) return own
  }
  const url = "mysql://root@127.0.0.1:3306"
  return (await answers(url)) ? { url, stop: async () => {} } : undefined
}
