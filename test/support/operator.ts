import { Effect } from "effect"
import { meanwhile, type World } from "./world.ts"

/** What a person asks at the operator door, or with a body has it do. */
export const asks = Effect.fnUntraced(function* (world: World, path: string, body?: object) {
  const headers = { "content-type": "application/json" }
  const init = body === undefined ? {} : { method: "POST", headers, body: JSON.stringify(body) }
  const request = new Request(`http://127.0.0.1:3002${path}`, init)
  const { value } = yield* meanwhile(world.operator(request))
  // biome-ignore lint/suspicious/noExplicitAny: what a door answers is looked into freely by tests
  const json: any = yield* Effect.promise(() => value.json())
  return { status: value.status, json }
})

/** The subjects of the to-dos of a kind that are open. */
export const subjects = (world: World, kind: string) =>
  Effect.map(world.todos, (all) =>
    all.filter((todo) => todo.kind === kind).map(({ subject }) => subject)
  )
