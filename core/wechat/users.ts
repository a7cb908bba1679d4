import { Array as Arrays, Effect, Schema } from "effect"
import type { Account } from "./account.ts"
import { WechatApi } from "./api.ts"
import type { WechatFailure } from "./errors.ts"
import { done, readsAs, text } from "./wire.ts"

/** What WeChat tells about a person at an account. Name and picture are not told here since 2021. */
export interface Person {
  readonly openid: string
  /** Of those who do not follow, hardly anything else is told. */
  readonly follows: boolean
  /** UTC milliseconds. */
  readonly followedAt: number | undefined
  readonly unionid: string | undefined
  readonly remark: string | undefined
  readonly tags: ReadonlyArray<number>
  /** How they came to follow, e.g. `ADD_SCENE_QR_CODE`. */
  readonly via: string | undefined
  /** The scene of the QR code by which they came. */
  readonly scene: string | undefined
}

const Word = Schema.optionalKey(text(128))
const Told = Schema.Struct({
  subscribe: Schema.Literals([0, 1]),
  openid: text(64).check(Schema.isMinLength(1)),
  subscribe_time: Schema.optionalKey(Schema.Int),
  unionid: Word,
  remark: Word,
  tagid_list: Schema.optionalKey(Schema.Array(Schema.Int)),
  subscribe_scene: Word,
  qr_scene: Schema.optionalKey(Schema.Int),
  qr_scene_str: Word
})

const personOf = (told: typeof Told.Type): Person => ({
  openid: told.openid,
  follows: told.subscribe === 1,
  followedAt: told.subscribe_time === undefined ? undefined : told.subscribe_time * 1_000,
  unionid: told.unionid || undefined,
  remark: told.remark || undefined,
  tags: told.tagid_list ?? [],
  via: told.subscribe_scene,
  scene: told.qr_scene_str || (told.qr_scene ? String(told.qr_scene) : undefined)
})

const ability = "users"

/** What WeChat tells about one person. */
export const personAt = (account: Account, openid: string) =>
  WechatApi.use((api) =>
    api.ask(account, {
      method: "GET",
      path: "/cgi-bin/user/info",
      query: { openid, lang: "zh_CN" },
      ability,
      openid,
      repeatable: true,
      read: readsAs(Told, personOf)
    })
  )

const readPeople = readsAs(
  Schema.Struct({ user_info_list: Schema.Array(Told) }),
  ({ user_info_list }) => user_info_list.map(personOf)
)

/** What WeChat tells about many people, a hundred at a time. */
export const peopleAt = (account: Account, openids: ReadonlyArray<string>) =>
  Effect.forEach(Arrays.chunksOf(openids, 100), (some) =>
    WechatApi.use((api) =>
      api.ask(account, {
        method: "POST",
        path: "/cgi-bin/user/info/batchget",
        body: { user_list: some.map((openid) => ({ openid, lang: "zh_CN" })) },
        ability,
        repeatable: true,
        read: readPeople
      })
    )
  ).pipe(Effect.map((pages) => pages.flat()))

/** Some of those who follow an account. */
export interface FollowerPage {
  /** Of all who follow. */
  readonly total: number
  readonly openids: ReadonlyArray<string>
  /** What to go on behind; `undefined`: these were the last. */
  readonly next: string | undefined
}

const readFollowers = readsAs(
  Schema.Struct({
    total: Schema.Int,
    count: Schema.Int,
    data: Schema.optionalKey(Schema.Struct({ openid: Schema.Array(text(64)) })),
    next_openid: Schema.optionalKey(text(64))
  }),
  ({ count, data, next_openid, total }): FollowerPage => ({
    total,
    openids: data?.openid ?? [],
    next: count === 0 ? undefined : next_openid || undefined
  })
)

/** Up to 10 000 of those who follow an account, behind one of them. */
export const followersAfter = (account: Account, after?: string) =>
  WechatApi.use((api) =>
    api.ask(account, {
      method: "GET",
      path: "/cgi-bin/user/get",
      ...(after !== undefined && { query: { next_openid: after } }),
      ability,
      repeatable: true,
      timeout: "15 seconds",
      read: readFollowers
    })
  )

/** Hands all who follow an account to somebody, a page after another. */
export const eachFollowerPage = Effect.fnUntraced(function* <E, R>(
  account: Account,
  take: (openids: ReadonlyArray<string>) => Effect.Effect<unknown, E, R>
): Effect.fn.Return<void, E | WechatFailure, R | WechatApi> {
  let after: string | undefined
  do {
    const page: FollowerPage = yield* followersAfter(account, after)
    if (page.openids.length > 0) yield* take(page.openids)
    // One that leads back to where it came from would never end.
    after = page.next === after ? undefined : page.next
  } while (after !== undefined)
})

/** Notes something about a person, for those who look into WeChat's portal; up to 30 characters. */
export const setRemark = (account: Account, openid: string, remark: string) =>
  WechatApi.use((api) =>
    api.ask(account, {
      method: "POST",
      path: "/cgi-bin/user/info/updateremark",
      body: { openid, remark },
      ability,
      openid,
      repeatable: true,
      read: done
    })
  )

const readMoved = readsAs(
  Schema.Struct({
    result_list: Schema.Array(
      Schema.Struct({
        ori_openid: text(64),
        err_msg: Schema.optionalKey(text(128)),
        new_openid: Schema.optionalKey(text(64))
      })
    )
  }),
  ({ result_list }) =>
    new Map(
      result_list.flatMap(({ new_openid, ori_openid }) =>
        new_openid ? [[ori_openid, new_openid] as const] : []
      )
    )
)

/** The openids that people of a former appid have at this account, to which that was moved; those WeChat cannot tell are missing. */
export const movedOpenids = (
  account: Account,
  formerAppid: string,
  openids: ReadonlyArray<string>
) =>
  Effect.forEach(Arrays.chunksOf(openids, 100), (some) =>
    WechatApi.use((api) =>
      api.ask(account, {
        method: "POST",
        path: "/cgi-bin/changeopenid",
        body: { from_appid: formerAppid, openid_list: some },
        repeatable: true,
        read: readMoved
      })
    )
  ).pipe(Effect.map((parts) => new Map(parts.flatMap((part) => [...part]))))
