import { Effect, Schema } from "effect"
import { ConfigInvalid, type ConfigProblem } from "../plugin/settings.ts"
import { Transport } from "../transport.ts"

/** What the sandbox makes up is the same everywhere, so that production knows it by its names. */
const names = new Set([
  "1900012345",
  "wx5f3a8c1d7e9b2046",
  "wx7d1e4b9a3c6f8025",
  "wx2c9b5e7f1a4d8063",
  "wx8e6a2d4c0b7f9135"
])

const notForProduction = (option: string): ConfigProblem => ({
  owner: "gateway",
  option,
  problem: "this is a sandbox, not WeChat; production refuses it"
})

/** What is wrong with an address of WeChat's in production: the sandbox is never far away. */
export const pretendedAddress = (option: string, url: string): ReadonlyArray<ConfigProblem> => {
  const { hostname } = new URL(url)
  return hostname === "localhost" || hostname.startsWith("127.") || hostname === "[::1]"
    ? [notForProduction(option)]
    : []
}

/** What is wrong with an appid or a merchant number in production. */
export const pretendedName = (option: string, name: string): ReadonlyArray<ConfigProblem> =>
  names.has(name) ? [notForProduction(option)] : []

/** What the sandbox hands out; fetched like any client of it would. `what` is named instead where no sandbox is wanted. */
export const credentialsAt = Effect.fnUntraced(function* <A>(
  url: string,
  credentials: Schema.ConstraintDecoder<A>,
  option: string,
  what: string
) {
  const transport = yield* Transport
  return yield* transport
    .exchange({ method: "GET", url: `${url}/credentials`, headers: {}, timeout: "5 seconds" })
    .pipe(
      Effect.flatMap(({ body }) =>
        Schema.decodeUnknownEffect(Schema.fromJsonString(credentials))(Buffer.from(body).toString())
      ),
      Effect.mapError(
        () =>
          new ConfigInvalid({
            problems: [
              {
                owner: "gateway",
                option,
                problem: `no WeChat sandbox answers at ${url}; start it with \`weir sandbox\`, or name ${what}`
              }
            ]
          })
      )
    )
})
