import type { Sql } from "#core"
import { menusOf } from "./menus.ts"
import { type MenuRow, platform, type QrRow } from "./store.ts"

/** The menu everybody sees is replaced as a whole; one for some people stands beside it. */
export const saveMenu = async (sql: Sql, menu: MenuRow) => {
  if (menu.rule === null) {
    await platform(sql)
      .deleteFrom("sandbox_menus")
      .where("appid", "=", menu.appid)
      .where("rule", "is", null)
      .execute()
  }
  await platform(sql).insertInto("sandbox_menus").values(menu).execute()
}

/** All of them, or the conditional one of that id; whether there was one. */
export const deleteMenus = async (sql: Sql, appid: string, id?: string): Promise<boolean> => {
  const menus = await menusOf(sql, appid)
  const gone = id === undefined ? menus : menus.filter((it) => it.id === id && it.rule !== null)
  for (const menu of gone) {
    await platform(sql)
      .deleteFrom("sandbox_menus")
      .where("appid", "=", appid)
      .where("id", "=", menu.id)
      .execute()
  }
  return gone.length > 0
}

export const qrByTicket = (sql: Sql, ticket: string) =>
  platform(sql)
    .selectFrom("sandbox_qr_codes")
    .selectAll()
    .where("ticket", "=", ticket)
    .executeTakeFirst()

/** A permanent scene has one QR for good. */
export const permanentQr = (sql: Sql, appid: string, scene: string) =>
  platform(sql)
    .selectFrom("sandbox_qr_codes")
    .selectAll()
    .where("appid", "=", appid)
    .where("permanent", "=", 1)
    .where("scene", "=", scene)
    .executeTakeFirst()

export const permanentQrs = async (sql: Sql, appid: string) => {
  const row = await platform(sql)
    .selectFrom("sandbox_qr_codes")
    .select((qr) => qr.fn.countAll<number>().as("total"))
    .where("appid", "=", appid)
    .where("permanent", "=", 1)
    .executeTakeFirstOrThrow()
  return Number(row.total)
}

export const insertQr = async (sql: Sql, qr: QrRow): Promise<QrRow> => {
  await platform(sql).insertInto("sandbox_qr_codes").values(qr).execute()
  return qr
}
