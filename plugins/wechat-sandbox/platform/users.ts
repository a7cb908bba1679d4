import { Context, Effect, Layer } from "effect"
import { Database, type Sql } from "#core"
import { type Errcode, no } from "./errcodes.ts"
import { type Account, unionidOf } from "./model.ts"
import { isFollower } from "./people.ts"
import { type ContactRow, changeContact, contactAt, contactOf, platform } from "./store.ts"

/** Followers as their account sees them. */
export class Users extends Context.Service<
  Users,
  {
    /** One that is this account's; 40003 any other. */
    find(account: Account, openid: string): Effect.Effect<ContactRow, Errcode>
    /** One page of followers after an openid, and how many there are in all. */
    page(
      account: Account,
      after: string
    ): Effect.Effect<{ readonly total: number; readonly openids: ReadonlyArray<string> }>
    blacklisted(account: Account): Effect.Effect<ReadonlyArray<string>>
    remark(account: Account, openid: string, remark: string): Effect.Effect<void, Errcode>
    /** The openids of an account that was moved here: who they are now. */
    moved(
      account: Account,
      from: string,
      openids: ReadonlyArray<string>
    ): Effect.Effect<ReadonlyArray<{ readonly old: string; readonly now: string | undefined }>>
  }
>()("wechat-sandbox/Users") {
  static readonly layer = Layer.effect(
    Users,
    Effect.gen(function* () {
      const database = yield* Database

      const find = Effect.fnUntraced(function* ({ appid }: Account, openid: string) {
        const contact = yield* database.read((sql) => contactOf(sql, appid, openid))
        return contact ?? (yield* no(40003))
      })

      const page = ({ appid }: Account, after: string) =>
        database.read(async (sql) => ({
          total: await followersOf(sql, appid),
          openids: await followersAfter(sql, appid, after)
        }))

      const remark = Effect.fnUntraced(function* (
        account: Account,
        openid: string,
        remark: string
      ) {
        const contact = yield* find(account, openid)
        if (!isFollower(contact)) return yield* no(43004)
        yield* database.write(`contact:${openid}`, (sql) => changeContact(sql, contact, { remark }))
      })

      const blacklisted = ({ appid }: Account) =>
        database.read(async (sql) => {
          const rows = await platform(sql)
            .selectFrom("sandbox_contacts")
            .select("openid")
            .where("appid", "=", appid)
            .where("blacklisted", "=", 1)
            .orderBy("openid")
            .execute()
          return rows.map(({ openid }) => openid)
        })

      const moved = ({ appid }: Account, from: string, openids: ReadonlyArray<string>) =>
        database.read(async (sql) => {
          const found: Array<{ old: string; now: string | undefined }> = []
          for (const old of openids) {
            const before = await contactOf(sql, from, old)
            const now = before && (await contactAt(sql, appid, before.person))
            found.push({ old, now: now?.openid })
          }
          return found
        })

      return Users.of({ find, page, blacklisted, remark, moved })
    })
  )
}

const pageSize = 10_000

const followersOf = async (sql: Sql, appid: string) => {
  const row = await platform(sql)
    .selectFrom("sandbox_contacts")
    .select((contact) => contact.fn.countAll<number>().as("total"))
    .where("appid", "=", appid)
    .where("follows", "=", 1)
    .executeTakeFirstOrThrow()
  return Number(row.total)
}

const followersAfter = async (sql: Sql, appid: string, after: string) => {
  const rows = await platform(sql)
    .selectFrom("sandbox_contacts")
    .select("openid")
    .where("appid", "=", appid)
    .where("follows", "=", 1)
    .where("openid", ">", after)
    .orderBy("openid")
    .limit(pageSize)
    .execute()
  return rows.map(({ openid }) => openid)
}

/** What user/info says: since December 2021 no name, no picture, no place; next to nothing of one who does not follow. */
export const userInfo = (account: Account, contact: ContactRow) => {
  const { followed_at, openid, person, qr_scene, remark, scene, tags } = contact
  if (!isFollower(contact)) return { subscribe: 0, openid, tagid_list: [] }
  const tagid_list: ReadonlyArray<number> = JSON.parse(tags)
  const [kind, value = ""] = qr_scene.split(/:(.*)/)
  return {
    subscribe: 1,
    openid,
    nickname: "",
    sex: 0,
    language: "zh_CN",
    city: "",
    province: "",
    country: "",
    headimgurl: "",
    subscribe_time: Math.floor(followed_at / 1000),
    ...(account.openPlatform && { unionid: unionidOf(account.openPlatform, person) }),
    remark,
    groupid: tagid_list[0] ?? 0,
    tagid_list,
    subscribe_scene: scene,
    qr_scene: kind === "int" ? Number(value) : 0,
    qr_scene_str: kind === "str" ? value : ""
  }
}
