import { Effect } from "effect"
import { makeRun } from "../../legacy/connection/asking.ts"
import type { Connecting } from "../../legacy/connection/connections.ts"
import { erased } from "../../legacy/connection/errand.ts"
import type { AskFailure } from "../../legacy/connection/failures.ts"
import type { Transport } from "../../transport.ts"
import type { Project } from "../project.ts"
import { type Finding, good, note, wrong } from "./finding.ts"

/** Asks every old system that plugins call something harmless, which shows address and account to be right. */
export const checkConnections = ({ plugins }: Project) =>
  Effect.forEach(
    plugins.flatMap(({ options, plugin }) =>
      plugin.behaviour(options).connections.map((one) => [plugin.name, one] as const)
    ),
    ([plugin, connecting]) => checkConnection(`${plugin}/${connecting.name}`, connecting),
    { concurrency: 4 }
  ).pipe(Effect.map((found) => found.flat()))

const checkConnection = Effect.fnUntraced(function* (
  name: string,
  { settings }: Connecting<unknown>
): Effect.fn.Return<ReadonlyArray<Finding>, never, Transport> {
  if (settings === undefined) return []
  const about = `connection ${name}`
  const { host } = settings.address
  if (settings.probe === undefined)
    return [note(about, `${host}; it has no harmless question, so only its first message shows`)]
  const { errand, request } = settings.probe
  return yield* makeRun(name, settings).pipe(
    Effect.flatMap((run) => run(erased(errand), request, { lane: "interactive" })),
    Effect.scoped,
    Effect.as([good(about, `${host} answers and lets us in`)]),
    Effect.catch((failure) => Effect.succeed([wrong(about, failure.message, fixOf(failure))]))
  )
})

const fixOf = (failure: AskFailure): string => {
  switch (failure._tag) {
    case "NotReached":
      return "check its address and account, and that this machine reaches it"
    case "OutcomeUnknown":
      return "something else than this system answers there: check its address"
    case "Refused":
      return "see in the old system what this account may do"
  }
}
