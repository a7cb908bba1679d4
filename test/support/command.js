import { spawn } from "node:child_process"
import { existsSync } from "node:fs"

/**
 * Runs a program to its end, its output on ours, and says whether it succeeded. A slow one is ended. A signal meant
 * for us ends the program first, so that what was started for it can be cleared away.
 *
 * @param {string} program
 * @param {ReadonlyArray<string>} args
 * @param {{ minutes: number, quiet?: boolean }} options
 * @returns {Promise<boolean>}
 */
export const run = (program, args, { minutes, quiet = false }) =>
  new Promise((resolve) => {
    const output = quiet ? "ignore" : "inherit"
    const child = spawn(program, args, {
      stdio: ["ignore", output, output],
      timeout: minutes * 60_000,
      shell: process.platform === "win32"
    })
    /** @param {NodeJS.Signals} signal */
    const pass = (signal) => child.kill(signal)
    process.on("SIGINT", pass).on("SIGTERM", pass)
    /** @param {boolean} succeeded */
    const end = (succeeded) => {
      process.off("SIGINT", pass).off("SIGTERM", pass)
      resolve(succeeded)
    }
    child.on("error", () => end(false)).on("exit", (code) => end(code === 0))
  })

/**
 * Installs a Debian package where that needs nobody's leave: as root, on a machine with apt.
 *
 * @param {string} name
 * @returns {Promise<boolean>}
 */
export const install = async (name) => {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return false
  console.log(`Installing ${name} with apt-get. Once; it can take some minutes.`)
  const apt = ["DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=300"]
  return (
    (await run("env", [...apt, "update"], { minutes: 5 })) &&
    (await run("env", [...apt, "install", "-y", "--no-install-recommends", name], { minutes: 15 }))
  )
}
