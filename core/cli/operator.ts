import { Effect } from "effect"
import type { GatewaySettings } from "../gateway/settings.ts"
import { Transport } from "../transport.ts"
import { urlOf } from "./described.ts"

/** What the running gateway says at its operator door; nothing when none is running. */
export const askOperator = (
  { operatorHost, operatorPort }: GatewaySettings,
  path: string,
  body?: object
) =>
  Transport.use((transport) =>
    transport.exchange({
      url: `${urlOf({ host: operatorHost, port: operatorPort })}${path}`,
      ...(body === undefined
        ? { method: "GET", headers: {}, timeout: "30 seconds" }
        : {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: Buffer.from(JSON.stringify(body)),
            timeout: "60 seconds"
          })
    })
  ).pipe(
    Effect.map(({ body, status }) => ({ status, text: Buffer.from(body).toString() })),
    Effect.orElseSucceed(() => undefined)
  )
