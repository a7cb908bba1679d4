import { randomBytes } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { Effect, Redacted } from "effect"
import { fileBeside } from "../database/address.ts"
import { ConfigInvalid } from "../plugin/settings.ts"
import type { GatewaySettings } from "./settings.ts"

/** The key that seals what rests in the database. Development makes one beside it; in production losing it would lose the journal. */
export const sealKeyOf = Effect.fn("sealKeyOf")(function* ({
  databaseUrl,
  mode,
  sealKey
}: GatewaySettings) {
  if (sealKey !== undefined) return sealKey
  if (mode === "production")
    return yield* new ConfigInvalid({
      problems: [
        {
          owner: "gateway",
          option: "sealKey",
          problem:
            "WEIR_SEAL_KEY is missing: make one with `openssl rand -base64 32` and keep a copy"
        }
      ]
    })
  return yield* Effect.sync(() => keyIn(fileBeside(databaseUrl, "seal-key")))
})

const keyIn = (path: string): Redacted.Redacted => {
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, randomBytes(32).toString("base64"), { mode: 0o600 })
  }
  return Redacted.make(readFileSync(path, "utf8").trim())
}
