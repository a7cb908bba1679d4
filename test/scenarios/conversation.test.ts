import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { eventually, type Installation, install, start, stop } from "../support/installation.ts"
import { wechatOf } from "../support/wechat.ts"

/** A plugin that answers whoever writes and keeps how often they did, as somebody would write it beside the repository's own. */
const configure = ({ folder }: Installation) => {
  const config = JSON.stringify(new URL("../../gateway.config.ts", import.meta.url).href)
  const core = JSON.stringify(new URL("../../core/index.ts", import.meta.url).href)
  const effect = JSON.stringify(import.meta.resolve("effect"))
  writeFileSync(
    join(folder, "gateway.config.ts"),
    `import { Effect, Schema } from ${effect}
import { answer, Database, definePlugin, migration, on, route, TextReceived } from ${core}
import config from ${config}

const heard = (sql) => sql.withTables().selectFrom("desk_heard").select("length").execute()

const desk = definePlugin({
  name: "desk",
  options: {},
  migrations: [
    migration("desk_0001", {
      up: (sql) => sql.schema.createTable("desk_heard").addColumn("length", "integer").execute(),
      down: (sql) => sql.schema.dropTable("desk_heard").execute()
    })
  ],
  routes: [
    route.get("/heard", {
      output: Schema.Array(Schema.Struct({ length: Schema.Int })),
      handle: () => Database.use((database) => database.read(heard))
    })
  ],
  on: [
    answer(TextReceived, ({ text }) => Effect.succeed({ type: "text", text: "收到：" + text })),
    on(TextReceived, ({ text }) =>
      Database.use((database) =>
        database.write("desk", (sql) =>
          sql.withTables().insertInto("desk_heard").values({ length: text.length }).execute()
        )
      )
    )
  ]
})

export default { ...config, plugins: [...config.plugins, desk()] }
`
  )
}

describe("somebody who writes to the account", () => {
  it.live(
    "is answered in the chat, and what they wrote becomes an event that survives a restart",
    () =>
      Effect.gen(function* () {
        const at = yield* install()
        configure(at)
        const gateway = yield* start(at)
        const wechat = wechatOf(at)
        const { openid } = yield* wechat.credentials
        yield* wechat.writes(openid, "订单 7 到哪了")
        const answered = Effect.map(wechat.chat(openid), (chat) =>
          JSON.stringify(chat).includes("收到：订单 7 到哪了") ? true : undefined
        )
        yield* eventually("the answer is in the chat", answered)
        const heard = Effect.promise(async () => {
          const said = await (await fetch(`http://127.0.0.1:${at.ports.public}/desk/heard`)).json()
          return JSON.stringify(said) === '[{"length":8}]' ? true : undefined
        })
        yield* eventually("the event has arrived, once", heard)
        yield* stop(gateway)
        yield* start(at)
        assert.isTrue(yield* eventually("it is still there, once", heard))
      }),
    90_000
  )
})
