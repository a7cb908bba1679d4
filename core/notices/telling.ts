import { Option, Schema } from "effect"
import type { CustomerId } from "../customers/model.ts"
import type { Sql } from "../database/database.ts"
import { task } from "../tasks/kind.ts"
import type { Tasks } from "../tasks/tasks.ts"
import { raiseTodo } from "../tasks/todos.ts"
import { Leads, type Sealing } from "./content.ts"
import { fieldOf, type Notice, type NoticeFields, type Said, textsOf } from "./notice.ts"
import { isAdvertising } from "./restraint.ts"
import { findNotice, insertNotice } from "./store.ts"

/** What a notice is about, and where a tap on it leads. */
export interface About extends Leads {
  /** The plugin's own name of the fact; under the same one a notice is told once. */
  readonly key: string
  /** What happened, by the plugin's own key: what nothing happened about is no notice. */
  readonly reference: string
}

/** Sends a notice by one of the channels that are open, or finds out what became of it. */
export const SendNotice = task("notice.send", Schema.Struct({ id: Schema.String }), {
  within: "2 minutes"
})

/** A task of its own for each notice: one that must wait holds up no other. */
export const taskOf = (id: string, due?: number) => ({
  key: `notice:${id}`,
  payload: { id },
  ...(due !== undefined && { due })
})

interface Telling {
  readonly sealing: Sealing
  readonly tasks: Tasks["Service"]
  readonly now: () => number
}

/** Writes a notice and its task down; once for each key. */
export const tellIn = async <F extends NoticeFields>(
  sql: Sql,
  { now, sealing, tasks }: Telling,
  plugin: string,
  customer: CustomerId,
  notice: Notice<F>,
  said: Said<F>,
  { key, miniProgram, reference, url }: About
): Promise<void> => {
  const id = sealing.idOf(plugin, notice.name, key)
  if ((await findNotice(sql, id)) !== undefined) return
  const at = now()
  const texts = textsOf(notice, said)
  const selling = Object.keys(texts).filter((name) => isSelling(notice, name, texts[name] ?? ""))
  if (selling.length > 0)
    await raiseTodo(sql, {
      kind: "notice.advertising",
      subject: `${plugin}.${notice.name}`,
      detail: `Notice ${plugin}.${notice.name} advertised in ${selling.join(", ")}, which was left out`,
      at
    })
  const leads = leadsIn({ url, miniProgram })
  const content = {
    key: key.slice(0, 256),
    reference: reference.slice(0, 256),
    texts: Object.fromEntries(
      Object.entries(texts).map(([name, text]) => [
        name,
        selling.includes(name) ? "" : text.slice(0, 500)
      ])
    ),
    ...leads
  }
  await insertNotice(sql, {
    id,
    plugin,
    notice: notice.name,
    customer,
    state: "waiting",
    version: 1,
    content: sealing.sealed(id, content),
    created_at: at,
    held_until: null,
    counted_day: null,
    tries: 0,
    channel: null,
    appid: null,
    contact: null,
    template: null,
    action: null,
    attempted_at: null,
    message_id: null,
    why: null,
    ended_at: null
  })
  await tasks.add(sql, SendNotice, taskOf(id))
}

const decodeLeads = Schema.decodeUnknownOption(Leads)

/** An address that nobody can open is left out: the notice is worth more than its link. */
const leadsIn = ({ miniProgram, url }: { [K in keyof Leads]: Leads[K] | undefined }): Leads => ({
  ...Option.getOrElse(decodeLeads({ ...(url !== undefined && { url }) }), () => ({})),
  ...Option.getOrElse(
    decodeLeads({ ...(miniProgram !== undefined && { miniProgram }) }),
    () => ({})
  )
})

/** Free texts alone: a number sells nothing. */
const isSelling = ({ fields }: Notice, name: string, text: string): boolean => {
  const spec = fields[name]
  if (spec === undefined) return false
  const { type } = fieldOf(spec)
  return (type === "thing" || type === "phrase" || type === "const") && isAdvertising(text)
}
