import { networkInterfaces } from "node:os"
import { Effect } from "effect"
import { Transport } from "../transport.ts"
import { qrTerminal } from "../values/qr.ts"

/** A QR by which a real phone opens the sandbox's: for a terminal only, and only where the sandbox lets the network in. */
export const phoneQr = Effect.fnUntraced(function* (sandbox: string) {
  const host = lanAddress()
  if (!process.stdout.isTTY || host === undefined) return []
  const url = `http://${host}:${new URL(sandbox).port}/phone`
  const seen = yield* Transport.use((transport) =>
    transport.exchange({ method: "GET", url, headers: {}, timeout: "1 second" })
  ).pipe(
    Effect.map(({ status }) => status === 200),
    Effect.orElseSucceed(() => false)
  )
  return seen ? ["", ...qrTerminal(url).split("\n"), `  ${url}`] : []
})

/** This machine's address in its own network. */
const lanAddress = (): string | undefined =>
  Object.values(networkInterfaces())
    .flatMap((addresses = []) => addresses)
    .find(({ family, internal }) => family === "IPv4" && !internal)?.address
