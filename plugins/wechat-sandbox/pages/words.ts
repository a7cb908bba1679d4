import { html } from "hono/html"
import { rfc3339 } from "#core"

/** A piece of a page. */
export type Html = ReturnType<typeof html>

/** Chinese first, and small beside it what that means. */
export const two = (chinese: string, english: string): Html =>
  html`${chinese} <small>${english}</small>`

export const yuan = (fen: number) =>
  `¥${Math.trunc(fen / 100)}.${String(Math.abs(fen % 100)).padStart(2, "0")}`

/** Month, day and minute in Beijing. */
export const time = (at: number) => rfc3339(at).slice(5, 16).replace("T", " ")

/** What the phone says once something was done on it, or could not be. */
const said = {
  paid: ["支付成功", "Paid"],
  cancel: ["已取消支付", "Cancelled"],
  wrongpassword: ["支付密码错误，请重试", "Wrong password, try again"],
  notenough: ["余额不足", "Not enough money"],
  OrderUnknown: ["没有找到这笔订单", "No such order"],
  NotPayable: ["订单已失效，无法支付", "This order cannot be paid any more"],
  OtherPayer: ["支付用户与下单用户不一致", "This order is somebody else's to pay"],
  decided: ["已保存", "Saved"],
  toolarge: ["图片太大，最多 500 KB", "The picture is too large, 500 KB at most"],
  miniprogram: ["打开小程序", "A mini program would open"],
  gone: ["菜单已更新", "The menu has changed"],
  unreadable: ["无法识别的二维码", "Nothing to be done with this QR"]
} as const
export type Said = keyof typeof said

export const isSaid = (word: string): word is Said => Object.hasOwn(said, word)

export const toast = (word: Said): Html => {
  const [chinese, english] = said[word]
  return html`<p class="notice" role="status">${two(chinese, english)}</p>`
}

/** One of six colours, always the same for the same name. */
export const avatar = (name: string): Html => {
  const sum = [...name].reduce((total, letter) => total + (letter.codePointAt(0) ?? 0), 0)
  return html`<span class="avatar c${sum % 6}" aria-hidden="true">${/^[\x20-\x7e]/.test(name) ? name.slice(0, 1).toUpperCase() : [...name].at(-1)}</span>`
}

/** Whether a browser can go there; anything else is shown as what it is. */
export const isAddress = (url: string) => /^https?:\/\//.test(url)
