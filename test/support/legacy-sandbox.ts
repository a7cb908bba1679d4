import { join } from "node:path"
import { Effect, Layer, Redacted } from "effect"
import { startSandbox } from "../../core/gateway/sandboxes.ts"
import { Transport } from "../../core/transport.ts"
import { legacySandbox } from "../../plugins/legacy-sandbox/index.ts"
import { carry, type Network } from "./network.ts"
import { temporaryFolder } from "./wechat-sandbox.ts"

const at = "http://127.0.0.1:3004"

/** What the till's owner configures for the old system that is told. */
export const told = {
  address: new URL(`${at}/house`),
  secret: Redacted.make("erp-dummy-key")
}

/** What a finance department configures for its Kingdee. */
export const erp = {
  address: new URL(at),
  database: "5f6d0000dummy00",
  user: "gwuser",
  password: Redacted.make("dummy-password"),
  codes: {
    organization: "100",
    customers: {
      GZ0013: { customer: "CUST0013" },
      SZ0001: { customer: "X9", organization: "200" }
    },
    otherwise: "CUST0001",
    items: { sales: "WXSALES", refunds: "WXREFUND", fee: "WXFEE", coupons: "WXCOUPON" }
  }
}

/** The old systems at the other end, on a network. */
export const openLegacy = Effect.fnUntraced(function* (network: Network) {
  const folder = yield* temporaryFolder
  const plugin = legacySandbox({ port: 3004, databaseUrl: `sqlite:${join(folder, "legacy.db")}` })
  const sandbox = yield* startSandbox({ plugin, options: plugin.settings }).pipe(
    Effect.provide(
      Layer.succeed(Transport, Transport.of({ exchange: (request) => carry(network, request) }))
    )
  )
  network.hosts.set(at, (request) => sandbox.app.fetch(request))

  const control = Effect.fnUntraced(function* (method: string, path: string, body?: object) {
    const response = yield* Effect.promise(async () =>
      sandbox.app.fetch(
        new Request(`${at}/control${path}`, {
          method,
          headers: { "content-type": "application/json" },
          ...(body !== undefined && { body: JSON.stringify(body) })
        })
      )
    )
    // biome-ignore lint/suspicious/noExplicitAny: what a sandbox answers is looked into freely by tests
    return (yield* Effect.promise(() => response.json())) as any
  })
  const ledger: Effect.Effect<{
    readonly bills: ReadonlyArray<{
      readonly number: string
      readonly status: string
      // biome-ignore lint/suspicious/noExplicitAny: a bill as the old system has it
      readonly model: any
    }>
    readonly messages: ReadonlyArray<{
      readonly code: string
      readonly number: string
      readonly fields: Readonly<Record<string, string>>
    }>
    readonly invoices: ReadonlyArray<{
      readonly number: string
      readonly redOf: string | null
      readonly fields: Readonly<Record<string, string>>
    }>
  }> = control("GET", "/ledger")

  return {
    ledger,
    fault: (fault: string, more: object = {}) => control("PUT", "/faults", { fault, ...more }),
    heal: control("DELETE", "/faults")
  }
})
