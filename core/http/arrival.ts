import type { Context } from "effect"
import { Hono } from "hono"
import { bodyLimit as countedLimit } from "hono/body-limit"
import { accessLog } from "./access-log.ts"
import { type App, type Arrival, type Call, type Carried, headerOf, type Socketed } from "./app.ts"
import { problems, refuse } from "./problem.ts"
import { requestIdOf } from "./request-id.ts"
import { callerBy } from "./trusted-proxies.ts"

export interface DoorOptions {
  /** Addresses and blocks whose `X-Forwarded-For` and `X-Request-Id` are believed; none unless said. */
  readonly trustedProxies?: ReadonlyArray<string>
  /** Bytes a body may have; 1 MiB unless said. */
  readonly bodyLimit?: number
}

/** What a door does with every request before a route sees it and after it is answered; `level`: of its lines in the log. */
export interface Receiving extends DoorOptions {
  readonly door: string
  readonly level: "Info" | "Debug"
  readonly context: Context.Context<never>
}

/**
 * Receives every request of a door: who it is from, its id, its bounds, its line in the log. Around Hono, not as its middleware: with
 * one of them each request waits its turn twice more, which costs as much as validating it.
 */
export const receive = (
  app: App,
  { bodyLimit = 1 << 20, context, door, level, trustedProxies = [] }: Receiving
): void => {
  const callerOf = callerBy(trustedProxies)
  const idOf = requestIdOf(context)
  const within = limited(app.fetch, bodyLimit)
  const log = accessLog(door, context, level)

  app.fetch = (request, env?: Socketed) => {
    const answered = log.begin()
    const client = callerOf(request, env)
    const arrival: Arrival = {
      incoming: env?.incoming,
      outgoing: env?.outgoing,
      requestId: idOf(request, client),
      client,
      route: undefined,
      bytes: undefined
    }
    const response = within(request, arrival)
    return response instanceof Promise
      ? response.then((response) => answered(request, arrival, response))
      : answered(request, arrival, response)
  }
}

type Answering = (request: Request, arrival: Arrival) => Response | Promise<Response>

/** Hono's limit counts the bytes as they come and makes every request four times as dear, so it is asked only if no length is said. */
const limited = (answer: Answering, maxSize: number): Answering => {
  const tooLarge = (c: Pick<Call, "env">) => refuse(c, problems.bodyTooLarge(maxSize))
  const counted = countedLimit({ maxSize, onError: tooLarge })
  const counting = new Hono<Carried>()
    .use((c, next) => counted(c, next).catch(() => refuse(c, problems.cutOff)))
    .all("*", (c) => answer(c.req.raw, c.env))
  return (request, arrival) => {
    if (request.method === "GET" || request.method === "HEAD") return answer(request, arrival)
    const length = headerOf(request, arrival, "content-length")
    // Node's parser refuses a request with a length and chunks.
    if (length === undefined) return counting.fetch(request, arrival)
    return Number(length) > maxSize ? tooLarge({ env: arrival }) : answer(request, arrival)
  }
}
