import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { createConnection } from "mysql2/promise"
import { install, run } from "./command.js"

const program = "/usr/sbin/mariadbd"

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
 * A server of our own in a folder of its own, gone when the tests are.
 *
 * @returns {Promise<Server | undefined>}
 */
const startOwn = async () => {
  const folder = mkdtempSync(join(tmpdir(), "weir-mariadb-"))
  const user = process.getuid?.() === 0 ? ["--user=root"] : []
  const where = ["--no-defaults", `--datadir=${join(folder, "data")}`, ...user]
  const made = await run(
    "mariadb-install-db",
    [...where, "--auth-root-authentication-method=normal", "--skip-test-db"],
    { minutes: 2, quiet: true }
  )
  const port = await freePort()
  const server = spawn(
    program,
    [...where, `--port=${port}`, `--socket=${join(folder, "sock")}`, "--bind-address=127.0.0.1"],
    { stdio: "ignore" }
  )
  const ended = new Promise((resolve) => server.on("error", resolve).on("exit", resolve))
  const stop = async () => {
    server.kill()
    await Promise.race([ended, sleep(10_000)])
    server.kill("SIGKILL")
    rmSync(folder, { recursive: true, force: true })
  }

  const url = `mysql://root@127.0.0.1:${port}`
  for (let tries = 0; made && tries < 60; tries++) {
    if (await answers(url)) return { url, stop }
    await sleep(500)
  }
  await stop()
  return undefined
}

/**
 * The MariaDB of the tests: the one that `WEIR_TEST_MARIADB_URL` names, else this machine's if root needs no password
 * there, else a private one, installed if need be. Tests make databases of their own in it.
 *
 * @returns {Promise<Server | undefined>}
 */
export const findMariadb = async () => {
  const url = process.env.WEIR_TEST_MARIADB_URL || "mysql://root@127.0.0.1:3306"
  if (await answers(url)) return { url, stop: async () => {} }
  return existsSync(program) || (await install("mariadb-server")) ? startOwn() : undefined
}
