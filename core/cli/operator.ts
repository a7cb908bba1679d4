import { Effect } from "effect"
import type { GatewaySettings } from "../gateway/settings.ts"
import { Transport } from "../transport.ts"
import { urlOf } from "./described.ts"

/** What the running gateway says at its operator door; nothing when none is running. */
export const askOperator = ({ operatorHost, operatorPort }: GatewaySettings, path: string) =>
  Transport.use((transport) =>
    transport.exchange({
      method: "GET",
      url: `${urlOf({ host: operatorHost, port: operatorPort })}${path}`,
      headers: {},
      timeout: "5 seconds"
    })
  ).pipe(
    Effect.map(({ body, status }) => ({ status, text: Buffer.from(body).toString() })),
    Effect.orElseSucceed(() => undefined)
  )
