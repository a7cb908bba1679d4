import { Effect, Random, Result } from "effect"
import { TestClock } from "effect/testing"
import type { Reach } from "../../core/customers/reach.ts"
import { Accounts } from "../../core/wechat/accounts.ts"
import type { WechatApi } from "../../core/wechat/api.ts"
import { sendService } from "../../core/wechat/service-messages.ts"
import { sendSubscription } from "../../core/wechat/subscription-messages.ts"
import { sendTemplate } from "../../core/wechat/template-messages.ts"
import type { Kind } from "./database.ts"
import { openShop } from "./notices.ts"
import { settle } from "./settling.ts"

type Channel = "subscription" | "template" | "custom"
const channels: ReadonlyArray<Channel> = ["subscription", "template", "custom"]

const fields = {
  character_string1: "T-7",
  amount2: "¥12.50",
  time3: "2026-11-24 12:00",
  thing4: "拿铁"
}

/**
 * Lets a crowd do what people do, and asks before each send whether it will arrive. The answer is held against what WeChat then does:
 * where one channel is named, that it takes the message to somebody who sees it; where none is, that all of them refuse.
 */
export const predictSends = Effect.fnUntraced(function* (
  database: Kind,
  { people, sends }: { readonly people: number; readonly sends: number }
) {
  const shop = yield* openShop(database)
  const account = yield* shop.within(
    Accounts.use(({ byAppid }) => Effect.succeed(byAppid(shop.appid)))
  )
  if (account === undefined) return yield* Effect.die(new Error("There is no account"))
  const { subscriptionTemplateId, templateId } = shop.credentials
  const crowd = yield* Effect.forEach(Array.from({ length: people }), () =>
    Effect.map(shop.control("POST", "/users", { follows: false }), ({ openid }) => String(openid))
  )
  const blocking = new Set<string>()
  const following = new Set<string>()
  for (const openid of crowd)
    if ((yield* Random.next) < 0.6) {
      following.add(openid)
      yield* shop.control("POST", `/users/${openid}/follow`, {})
    }
  // Who follows and leaves within one second is told of in any order, and WeChat's times are whole seconds.
  yield* settle
  yield* TestClock.adjust(2_000)
  yield* settle
  const wrong: Array<string> = []
  const seen = { reachable: 0, unreachable: 0, by: new Map<string, number>() }

  const act = Effect.fnUntraced(function* (openid: string) {
    const chance = yield* Random.next
    const does = (what: string, body: object = {}) =>
      shop.control("POST", `/users/${openid}/${what}`, body)
    const templateIds = { templateId: subscriptionTemplateId }
    if (chance < 0.02 && !following.has(openid)) {
      following.add(openid)
      blocking.delete(openid)
      yield* does("follow")
    } else if (chance > 0.99 && following.delete(openid)) yield* does("unfollow")
    else if (chance < 0.06) yield* does("messages", { text: "你好" })
    else if (chance < 0.1) yield* does("consent", templateIds)
    else if (chance < 0.11)
      yield* does("consent", { ...templateIds, accept: false, from: "settings" })
    else if (chance < 0.1103) {
      blocking.add(openid)
      yield* does("block")
    }
  })

  const send = (channel: Channel, openid: string, key: string) =>
    shop.within(
      Effect.result(
        channel === "template"
          ? sendTemplate(account, { to: openid, template: templateId, fields, key })
          : channel === "subscription"
            ? sendSubscription(account, { to: openid, template: subscriptionTemplateId, fields })
            : sendService(account, openid, { kind: "text", text: "订单 T-7" })
      ) as Effect.Effect<Result.Result<unknown, { readonly _tag: string }>, never, WechatApi>
    )

  const took = (channel: Channel, reach: Reach, openid: string) =>
    shop.write(async (sql) => {
      const { contacts } = shop.customers
      const contact = { appid: shop.appid, openid }
      if (channel === "subscription") await contacts.spend(sql, contact, subscriptionTemplateId)
      if (channel === "custom" && "action" in reach && reach.action !== undefined)
        await contacts.wrote(sql, contact, reach.action)
    })

  const tell = Effect.fnUntraced(function* (openid: string, count: number) {
    const asked = yield* Random.next
    const templates = {
      [shop.appid]: {
        ...(asked < 0.7 && { subscription: subscriptionTemplateId }),
        ...(asked > 0.4 && { template: templateId })
      }
    }
    const customer = yield* shop.customers.recognise({ appid: shop.appid }, { openid })
    const reach = yield* shop.customers.reach(customer, { purpose: "transaction", templates })
    if ("channel" in reach) {
      const channel = reach.channel as Channel
      seen.reachable++
      seen.by.set(channel, (seen.by.get(channel) ?? 0) + 1)
      const sent = yield* send(channel, openid, `k-${count}`)
      const arrived = Result.isSuccess(sent) && !(channel === "template" && blocking.has(openid))
      if (Result.isSuccess(sent)) yield* took(channel, reach, openid)
      if (!arrived) wrong.push(`${count}: ${channel} was said to be open`)
      return
    }
    seen.unreachable++
    const open = channels.filter(
      (channel) => channel === "custom" || templates[shop.appid]?.[channel] !== undefined
    )
    for (const channel of open) {
      const sent = yield* send(channel, openid, `k-${count}`)
      const arrived = Result.isSuccess(sent) && !(channel === "template" && blocking.has(openid))
      if (!arrived) continue
      wrong.push(`${count}: ${channel} was open, and "${reach.not}" was said`)
      return
    }
  })

  for (let count = 0; count < sends; ) {
    yield* Effect.forEach(crowd, act, { discard: true })
    const seconds = Math.ceil((yield* Random.next) * 40)
    yield* TestClock.adjust(2_000)
    yield* settle
    yield* TestClock.adjust(seconds * 1_000)
    yield* settle
    for (const openid of crowd) yield* tell(openid, count++)
    yield* settle
    // What became of a message, WeChat tells within seconds, and nobody acts on it sooner.
    yield* TestClock.adjust(2_000)
    yield* settle
  }
  const { by, reachable, unreachable } = seen
  const shares = [...by].map(([channel, count]) => `${channel} ${count}`).join(", ")
  console.log(`reach: ${reachable} open (${shares}), ${unreachable} not, ${wrong.length} wrong`)
  return { wrong, sends: reachable + unreachable }
})
