import { Context, Effect } from "effect"
import { Connections } from "../legacy/connection/connections.ts"
import type { ToldHandler } from "../legacy/connection/telling.ts"
import type { Behaviour, Checked } from "../plugin/plugin.ts"

/** Opens what a plugin calls. What it does about the ends of its errands runs with services that are there by then. */
export const connect = Effect.fnUntraced(function* (
  plugin: string,
  { connections, on }: Behaviour<Checked>,
  context: () => Context.Context<Checked>
) {
  const { open } = yield* Connections
  let connected: Context.Context<Checked> = Context.makeUnsafe(new Map())
  for (const connecting of connections) {
    const handlers = new Map<string, ToldHandler>()
    for (const reaction of on)
      if ("toldBy" in reaction && reaction.toldBy === connecting.name)
        handlers.set(reaction.errand, (request, outcome) =>
          Effect.suspend(() => Effect.provide(reaction.hear(request, outcome), context()))
        )
    const connection = yield* open(plugin, connecting, handlers)
    connected = Context.add(connected, connecting.key, connection)
  }
  return connected
})
