import { spawnSync } from "node:child_process"
import { closeSync, cpSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs"
import { join } from "node:path"
import { Effect } from "effect"
import type { Installation, Launched } from "./installation.ts"

/** Whether a program may be given a file system of its own, which only root may. */
export const canMount =
  spawnSync("unshare", ["-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0

/** Moves an installation's database, if it has one yet, to a disk of so many megabytes, which only the gateway sees and which goes with it. */
export const onSmallDisk = (at: Installation, megabytes = 4) => {
  const disk = join(at.folder, "disk")
  mkdirSync(disk)
  const moves = 'for f in "$0"/../weir.db*; do [ ! -e "$f" ] || cp "$f" "$0"; done'
  const mounts = `mount -t tmpfs -o size=${megabytes}m tmpfs "$0" && ${moves} && exec "$@"`
  const environment = { ...at.environment, DATABASE_URL: `sqlite:${join(disk, "weir.db")}` }
  return {
    at: { ...at, environment },
    below: ["unshare", "-m", "bash", "-c", mounts, disk],
    /** Fills it to the last byte, and makes room again when it is told to. */
    fill: ({ pid }: Launched) =>
      Effect.sync(() => {
        const filler = `/proc/${pid}/root${disk}/filler`
        writeAll(filler)
        return Effect.sync(() => rmSync(filler))
      }),
    /** Copies the database to where others have theirs, so that it can be looked at. */
    copyBack: ({ pid }: Launched) =>
      Effect.sync(() => {
        for (const file of ["weir.db", "weir.db-wal"])
          cpSync(`/proc/${pid}/root${disk}/${file}`, join(at.folder, file))
      })
  }
}

const writeAll = (path: string) => {
  const file = openSync(path, "w")
  try {
    for (let size = 1 << 16; size > 0; ) {
      try {
        writeSync(file, Buffer.alloc(size))
      } catch {
        size >>= 1
      }
    }
  } finally {
    closeSync(file)
  }
}
