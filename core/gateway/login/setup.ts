import { Effect, Redacted } from "effect"
import type { ReturnAddress } from "../../login/return-address.ts"
import type { LoginSettings } from "../../login/settings.ts"
import { ConfigInvalid } from "../../plugin/settings.ts"
import type { GatewaySettings } from "../settings.ts"

/** What of the settings a login depends on. Stops with all that is wrong with an address, as a slip there sends people astray. */
export const loginSetup = Effect.fn("loginSetup")(function* ({
  publicUrl,
  returnAddresses = []
}: GatewaySettings) {
  const addresses = returnAddresses.map(({ address, name, secret }) => ({ name, address, secret }))
  const problems = addresses.flatMap((one, at) =>
    problemsOf(one, addresses.slice(0, at)).map((problem) => ({
      owner: "gateway",
      option: `return address ${one.name || "?"}`,
      problem
    }))
  )
  if (problems.length > 0) return yield* new ConfigInvalid({ problems })
  return { publicUrl, returnAddresses: addresses } satisfies LoginSettings["Service"]
})

const problemsOf = (
  { address, name, secret }: ReturnAddress,
  before: ReadonlyArray<ReturnAddress>
): ReadonlyArray<string> => [
  ...(/^[a-z0-9][a-z0-9_-]{0,31}$/.test(name)
    ? []
    : ["name: expected up to 32 small letters, digits, - or _"]),
  ...(before.some((other) => other.name === name) ? ["name: two addresses have it"] : []),
  ...(address.username + address.password + address.search + address.hash === ""
    ? []
    : ["address: expected scheme, host and path alone"]),
  ...(secret !== undefined && Redacted.value(secret).length < 16
    ? ["secret: expected 16 characters or more"]
    : []),
  ...(address.hostname.endsWith(".") ? ["address: expected no dot at the end of its host"] : [])
]
