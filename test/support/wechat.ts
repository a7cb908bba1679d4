import { Effect } from "effect"
import type { LedgerOrder } from "../../plugins/wechat-sandbox/books.ts"
import type { Installation } from "./installation.ts"

/** An order in WeChat's own books. */
export type Order = typeof LedgerOrder.Type

/** A notify, and what each try to deliver it was answered. */
export interface Notify {
  readonly eventType: string
  readonly url: string
  readonly deliveries: ReadonlyArray<{ readonly status?: number }>
}

/** The sandbox of an installation from outside, by its own port. */
export const wechatOf = ({ ports }: Pick<Installation, "ports">) => {
  const url = `http://127.0.0.1:${ports.sandbox}`
  const get = (path: string) =>
    // biome-ignore lint/suspicious/noExplicitAny: what a sandbox answers is looked into freely by tests
    Effect.promise(async (): Promise<any> => (await fetch(`${url}${path}`)).json())
  const send = (method: string, path: string, body?: object) =>
    // biome-ignore lint/suspicious/noExplicitAny: what a sandbox answers is looked into freely by tests
    Effect.promise(async (): Promise<any> => {
      const headers = { "content-type": "application/json" }
      const said = body === undefined ? {} : { body: JSON.stringify(body) }
      const answer = await fetch(`${url}${path}`, { method, headers, ...said })
      if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`)
      return answer.json()
    })
  const orders: Effect.Effect<ReadonlyArray<Order>> = Effect.map(
    get("/control/ledger"),
    ({ orders }) => orders
  )
  const notifies: Effect.Effect<ReadonlyArray<Notify>> = Effect.map(
    get("/control/notifies"),
    ({ notifies }) => notifies
  )
  return {
    url,
    credentials: get("/credentials"),
    orders,
    /** The orders of a payment: one for each attempt, `<number>-<attempt>`. */
    ordersOf: (outTradeNo: string) =>
      Effect.map(orders, (all) =>
        all.filter((order) => order.outTradeNo.startsWith(outTradeNo.replace(/-\d+$/, "-")))
      ),
    notifies,
    /** A fresh payment code on somebody's phone. */
    code: (outcome: string): Effect.Effect<string> =>
      Effect.map(send("POST", "/control/codes", { outcome }), ({ authCode }) => authCode),
    pays: (outTradeNo: string, result?: string) =>
      Effect.asVoid(
        send("POST", "/control/pay", { outTradeNo, ...(result !== undefined && { result }) })
      ),
    /** Somebody writes to the account. */
    writes: (openid: string, content: string) =>
      Effect.asVoid(send("POST", `/control/users/${openid}/messages`, { content })),
    /** Somebody agrees to a login: on a page at an address, or in an app or mini program. Where that sends them, and the code it brings. */
    agrees: (
      openid: string,
      to: { readonly url: string } | { readonly appid: string }
    ): Effect.Effect<{ readonly redirect: string; readonly code: string }> =>
      send("POST", `/control/users/${openid}/authorize`, { ...to, decision: "approve" }),
    /** Their chat with it. */
    chat: (openid: string) => get(`/control/users/${openid}/messages`),
    fault: (fault: string, how: object = {}) =>
      Effect.asVoid(send("PUT", "/control/faults", { fault, ...how })),
    faults: Effect.map(get("/control/faults"), ({ faults }) => faults),
    mend: Effect.asVoid(send("DELETE", "/control/faults")),
    settings: (changes: object) => Effect.asVoid(send("PUT", "/control/settings", changes)),
    advance: (advance: string) => Effect.asVoid(send("POST", "/control/clock", { advance }))
  }
}
