import { Effect, Layer } from "effect"
import { Seal } from "../../database/seal.ts"
import { sealKeyOf } from "../../gateway/seal-key.ts"
import type { Project } from "../project.ts"
import { good, wrong, wrongSettings } from "./finding.ts"

/** What WeChat and phones are told must lead back here. */
export const checkPublicUrl = ({ settings: { mode, publicUrl } }: Project) => {
  const { hostname, href, protocol } = publicUrl
  const fix = "set PUBLIC_URL to the https address by which the internet reaches the public door"
  if (mode === "development") return good("public URL", href)
  if (protocol !== "https:")
    return wrong("public URL", `${href} is not https, and WeChat calls nothing else`, fix)
  return isPrivate(hostname)
    ? wrong("public URL", `${href} leads nowhere from outside`, fix)
    : good("public URL", href)
}

const isPrivate = (hostname: string) =>
  /^(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|\[)|\.(local|internal|lan)$/.test(
    hostname
  ) || !hostname.includes(".")

/** In development one is made at the first start, so there is nothing to look at. */
export const checkSealKey = Effect.fnUntraced(function* ({ settings }: Project) {
  if (settings.sealKey === undefined && settings.mode === "development")
    return [good("seal key", "development makes one beside the database")]
  return yield* sealKeyOf(settings).pipe(
    Effect.flatMap((key) => Layer.build(Seal.layer(key))),
    Effect.scoped,
    Effect.as([good("seal key", "32 bytes; keep a copy elsewhere")]),
    Effect.catchTags({
      ConfigInvalid: (invalid) => Effect.succeed(wrongSettings(invalid)),
      BadSealKey: ({ message }) =>
        Effect.succeed([wrong("seal key", message, "make one, and keep a copy elsewhere")])
    })
  )
})
