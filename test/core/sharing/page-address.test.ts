import { assert, describe, it } from "@effect/vitest"
import { pageAt } from "../../../core/sharing/page-address.ts"

const hosts = ["shop.example", "www.shop.example:8443", "xn--fiqs8s.example"]
const at = (text: string) => {
  const page = pageAt(text, hosts)
  return typeof page === "string" ? page : page.url
}

describe("the address of a page that is to be signed", () => {
  for (const url of [
    "https://shop.example/",
    "http://shop.example/a/b.asp?a=1&b=%E4%B8%AD%20+/?#x",
    "https://shop.example",
    "https://shop.example?a=1",
    "https://www.shop.example:8443/a@b",
    "https://xn--fiqs8s.example/"
  ])
    it(`is kept as the phone has it, without its fragment: ${url}`, () => {
      assert.strictEqual(at(url), url.split("#")[0])
    })

  for (const url of [
    "https://evil.example/",
    "https://evil.example/?https://shop.example/",
    "https://www.shop.example/",
    "https://www.shop.example:9443/",
    "https://shop.example:8443/",
    "https://shop.example.evil.example/",
    "https://notshop.example/",
    "https://shop.example./",
    "https://127.0.0.1/"
  ])
    it(`is of a host on the list, to the letter: ${url}`, () => {
      assert.strictEqual(at(url), "host")
    })

  for (const url of [
    "https://shop.example@evil.example/",
    "https://evil.example@shop.example/",
    "https://user:word@shop.example/",
    "https://shop.example\\@evil.example/",
    "https://evil.example\\@shop.example/",
    "https:\\\\shop.example/",
    "https://shop.example/\\evil.example/",
    "https://ｓhop.example/",
    "https://shop。example/",
    "https://shop.example/中",
    "https://中国.example/",
    "https://SHOP.example/",
    "https://shop%2Eexample/",
    "https://shop.example:443/",
    "https://sh\top.example/",
    "https://shop.example/\n",
    " https://shop.example/",
    "//shop.example/",
    "shop.example/",
    "javascript://shop.example/",
    "https:shop.example/",
    "https:/shop.example/",
    "https:///shop.example/",
    "https://shop.example:99999/",
    "https://",
    "",
    "#https://shop.example/",
    `https://shop.example/${"a".repeat(2_000)}`
  ])
    it(`is read in one way alone: ${JSON.stringify(url.slice(0, 60))}`, () => {
      assert.strictEqual(at(url), "address")
    })
})
