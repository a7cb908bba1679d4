import { Array as Arrays, Effect, Schema } from "effect"
import type { Account } from "./account.ts"
import { WechatApi } from "./api.ts"
import type { Call } from "./call.ts"
import { done, readsAs, text } from "./wire.ts"

/** A group of followers (标签, the 分组 of old). */
export interface Tag {
  readonly id: number
  readonly name: string
  readonly count: number
}

const ask = <A>(account: Account, call: Omit<Call<A>, "ability">) =>
  WechatApi.use((api) => api.ask(account, { ...call, ability: "tags" }))
const post = (account: Account, path: `/${string}`, body: object) =>
  ask(account, { method: "POST", path, body, repeatable: true, read: done })

const Told = Schema.Struct({
  id: Schema.Int,
  name: text(64),
  count: Schema.optionalKey(Schema.Int)
})
const tagOf = ({ count = 0, id, name }: typeof Told.Type): Tag => ({ id, name, count })

/** An account has up to 100 tags. */
export const tagsOf = (account: Account) =>
  ask(account, {
    method: "GET",
    path: "/cgi-bin/tags/get",
    repeatable: true,
    read: readsAs(Schema.Struct({ tags: Schema.Array(Told) }), ({ tags }) => tags.map(tagOf))
  })

/** A name has up to 30 bytes, and is given once: asked twice, WeChat refuses with 45157. */
export const createTag = (account: Account, name: string) =>
  ask(account, {
    method: "POST",
    path: "/cgi-bin/tags/create",
    body: { tag: { name } },
    repeatable: false,
    read: readsAs(Schema.Struct({ tag: Told }), ({ tag }) => tagOf(tag))
  })

export const renameTag = (account: Account, id: number, name: string) =>
  post(account, "/cgi-bin/tags/update", { tag: { id, name } })

export const removeTag = (account: Account, id: number) =>
  post(account, "/cgi-bin/tags/delete", { tag: { id } })

/** Gives people a tag, fifty at a time; each may have twenty. */
export const tagPeople = (account: Account, id: number, openids: ReadonlyArray<string>) =>
  inParts(openids, 50, (some) =>
    post(account, "/cgi-bin/tags/members/batchtagging", { openid_list: some, tagid: id })
  )

export const untagPeople = (account: Account, id: number, openids: ReadonlyArray<string>) =>
  inParts(openids, 50, (some) =>
    post(account, "/cgi-bin/tags/members/batchuntagging", { openid_list: some, tagid: id })
  )

export const tagsOfPerson = (account: Account, openid: string) =>
  ask(account, {
    method: "POST",
    path: "/cgi-bin/tags/getidlist",
    body: { openid },
    openid,
    repeatable: true,
    read: readsAs(
      Schema.Struct({ tagid_list: Schema.Array(Schema.Int) }),
      ({ tagid_list }) => tagid_list
    )
  })

const readPage = readsAs(
  Schema.Struct({
    count: Schema.Int,
    data: Schema.optionalKey(Schema.Struct({ openid: Schema.Array(text(64)) })),
    next_openid: Schema.optionalKey(text(64))
  }),
  ({ count, data, next_openid }) => ({
    openids: data?.openid ?? [],
    next: count === 0 ? undefined : next_openid || undefined
  })
)

/** Up to 10 000 of those who have a tag, behind one of them. */
export const taggedAfter = (account: Account, id: number, after = "") =>
  ask(account, {
    method: "POST",
    path: "/cgi-bin/user/tag/get",
    body: { tagid: id, next_openid: after },
    repeatable: true,
    timeout: "15 seconds",
    read: readPage
  })

/** Up to 10 000 of those whose messages the account does not take, behind one of them. */
export const blockedAfter = (account: Account, after = "") =>
  ask(account, {
    method: "POST",
    path: "/cgi-bin/tags/members/getblacklist",
    body: { begin_openid: after },
    repeatable: true,
    timeout: "15 seconds",
    read: readPage
  })

/** Takes no more messages of people, and sends them none; twenty at a time. */
export const blockPeople = (account: Account, openids: ReadonlyArray<string>) =>
  inParts(openids, 20, (some) =>
    post(account, "/cgi-bin/tags/members/batchblacklist", { openid_list: some })
  )

export const unblockPeople = (account: Account, openids: ReadonlyArray<string>) =>
  inParts(openids, 20, (some) =>
    post(account, "/cgi-bin/tags/members/batchunblacklist", { openid_list: some })
  )

const inParts = <E, R>(
  openids: ReadonlyArray<string>,
  size: number,
  take: (some: ReadonlyArray<string>) => Effect.Effect<void, E, R>
) => Effect.forEach(Arrays.chunksOf(openids, size), take, { discard: true })
