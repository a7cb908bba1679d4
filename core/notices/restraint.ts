import { Duration } from "effect"
import { endOfDay, fromBeijing, toBeijing } from "../values/beijing.ts"

/** How many notices a person is sent in a day at most, whatever the configuration says. */
export const mostPerDay = 10

/** Unless the configuration says otherwise. */
export const usualPerDay = 5

/** Nobody is woken for what is not urgent: 22:00 to 08:00 in Beijing. */
const night = { from: 22, to: 8 }

/** When the quiet hours end, if it is night; UTC ms. */
export const quietUntil = (now: number): number | undefined => {
  const digits = toBeijing(now)
  const hour = Number(digits.slice(8, 10))
  if (hour < night.from && hour >= night.to) return undefined
  const day = hour >= night.from ? toBeijing(endOfDay(now)) : digits
  return fromBeijing(`${day.slice(0, 8)}${String(night.to).padStart(2, "0")}0000`)
}

/** What came of the notices of a plugin in the last thirty days. */
export interface Reception {
  readonly sent: number
  readonly refused: number
  readonly gone: number
}

/**
 * How many notices a plugin may bring somebody to in a day. Of what is configured, one less for each of its notices that this person
 * refused in thirty days, and one less for each hundredth of its notices after which people refused or went away; the first hundred count
 * as a hundred. One is always left: what concerns people is told.
 */
export const capOf = (perDay: number, all: Reception, refusedByThem: number): number => {
  const lost = Math.floor((100 * (all.refused + all.gone)) / Math.max(all.sent, 100))
  return Math.max(1, Math.min(perDay, mostPerDay) - refusedByThem - lost)
}

/** How far back a reception is looked at, in days. */
export const receptionDays = 30

/** What is told that much later tells nothing any more. */
export const staleAfter = Duration.toMillis("3 days")

/** A day in Beijing, counted. */
export const dayOf = (ms: number): number => Math.ceil(endOfDay(ms) / Duration.toMillis("1 day"))

const advertising =
  /促销|大促|特惠|特卖|打折|折扣|[一二三四五六七八九\d]折|满减|立减|直降|领券|优惠|代金券|红包|抽奖|免费送|赠送|立即购买|点击购买|马上抢|快来|福利|https?:|www\./i

/**
 * Whether a free text tries to sell. WeChat takes templates away from those who advertise by them (模板消息运营规范), and nobody asked for
 * it: such a text is not told, the notice is.
 */
export const isAdvertising = (text: string): boolean => advertising.test(text)
