import { type Context, Duration, Effect, Result, Schema } from "effect"
import { NotLoggedIn } from "../login/model.ts"
import type { JsonRoute, RawReply, RawRequest, RawRoute, Route } from "../plugin/route.ts"
import { type App, type Call, headerOf } from "./app.ts"
import { type Input, readBody, readQuery } from "./input.ts"
import { type Problem, problems, refuse, wrongFields } from "./problem.ts"
import { rawReply, rawRequest } from "./raw.ts"
import { replyJson } from "./reply.ts"
import { type Brought, type Run, runner } from "./run.ts"

/**
 * Puts routes on a door: the one bridge from Effect to HTTP. All that can be made before a request comes is made here.
 * `prefix` is `/<plugin>`, or empty for the root. `brought`: services that are made for each request. `timeLimit` is how long a handler may take, 30 seconds unless said.
 */
export const mount = <R, B = never>(
  app: App,
  prefix: "" | `/${string}`,
  routes: ReadonlyArray<Route<NoInfer<R | B>>>,
  context: Context.Context<R>,
  {
    brought,
    timeLimit = "30 seconds"
  }: { readonly brought?: Brought<B>; readonly timeLimit?: Duration.Input } = {}
): void => {
  const run = runner(context, brought, Duration.fromInputUnsafe(timeLimit))
  for (const route of routes) {
    const handler = route.kind === "json" ? jsonHandler(route, run) : rawHandler(route, run)
    const pattern = prefix + route.path
    app.on(route.method, pattern, (c) => {
      c.env.route = pattern
      return handler(c)
    })
  }
}

type Handler = (c: Call) => Response | Promise<Response>

/** One flat record goes in: path parameters by name, the rest from the query (GET) or the JSON body. The path wins. */
const jsonHandler = <R>(route: JsonRoute<R>, run: Run<R>): Handler => {
  const decode = decoder(route.input)
  const encode = Schema.encodeUnknownSync(Schema.toCodecJson(route.output))
  const hasParams = route.path.includes(":")

  const respond = (c: Call, asked: Result.Result<Input, Problem>) => {
    if (Result.isFailure(asked)) return refuse(c, asked.failure)
    const input = decode(hasParams ? { ...asked.success, ...c.req.param() } : asked.success)
    if (Result.isFailure(input)) return refuse(c, wrongFields(input.failure))
    return run(
      c,
      Effect.suspend(() => route.handle(input.success as never)),
      answer
    )
  }
  const answer = (c: Call, output: unknown) => replyJson(c, JSON.stringify(encode(output)))

  if (route.method === "GET") return (c) => respond(c, Result.succeed(readQuery(c.req.url)))
  return (c) =>
    c.req.text().then(
      (text) => respond(c, readBody(text, headerOf(c.req.raw, c.env, "content-type"))),
      () => refuse(c, problems.cutOff)
    )
}

/** Says all that is wrong with a small input, and the first thing wrong with a large one, which may be wrong a million times. */
const decoder = (input: JsonRoute<never>["input"]) => {
  const decode = Schema.decodeUnknownResult(input)
  const explain = Schema.decodeUnknownResult(input, { errors: "all" })
  return (asked: Input) => {
    const decoded = decode(asked)
    return Result.isFailure(decoded) && JSON.stringify(asked).length < 10_000
      ? explain(asked)
      : decoded
  }
}

const rawHandler = <R>(route: RawRoute<R>, run: Run<R>): Handler => {
  const respond = (c: Call, body: Uint8Array) => {
    const request = rawRequest(c, body)
    const handled = Effect.suspend(() => route.handle(request))
    return run(
      c,
      isPageOf(request) ? Effect.catchIf(handled, isNotLoggedIn, toLogin(request)) : handled,
      rawReply
    )
  }
  if (route.method === "GET") return (c) => respond(c, new Uint8Array())
  return (c) =>
    c.req.arrayBuffer().then(
      (body) => respond(c, new Uint8Array(body)),
      () => refuse(c, problems.cutOff)
    )
}

/** A browser that wants something to show. */
const isPageOf = ({ headers, method }: RawRequest): boolean =>
  method === "GET" && headers.accept?.includes("text/html") === true

const isNotLoggedIn = (problem: Problem): problem is NotLoggedIn => problem instanceof NotLoggedIn

/** Whoever looks at a page that is for customers logs in first, and comes back. */
const toLogin =
  ({ target }: RawRequest) =>
  (): Effect.Effect<RawReply> =>
    Effect.succeed({
      status: 303,
      headers: { location: `/login?${new URLSearchParams({ to: target })}`, vary: "accept" }
    })
