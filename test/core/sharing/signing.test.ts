import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { counted } from "../../support/counted.ts"
import { eachDatabase } from "../../support/database.ts"
import { openDeli } from "../../support/deli.ts"
import { meanwhile } from "../../support/world.ts"

const asking = (url: string) => `/share/signature?url=${encodeURIComponent(url)}`

eachDatabase("a page's signature for the JS-SDK", (database) => {
  it.effect("is what WeChat's browser accepts at this very address, to any page of ours", () =>
    Effect.gen(function* () {
      const deli = yield* openDeli(database)
      const { appid } = deli.credentials
      yield* deli.control("PUT", `/accounts/${appid}`, { jsDomains: ["weir.test"] })
      const verdict = ({ text }: { text: string }, url: string) => {
        const { appId, timestamp, ...said } = JSON.parse(text)
        const config = { ...said, timestamp: String(timestamp), url }
        return Effect.map(
          deli.control("POST", `/accounts/${appId}/js-config`, config),
          ({ errMsg }) => errMsg
        )
      }
      for (const url of [
        "http://weir.test/deli/ham",
        "http://weir.test/deli/ham?from=singlemessage&name=%E4%B8%AD+%26#top",
        "http://weir.test/"
      ]) {
        const seen = yield* deli.browser().get(asking(url))
        assert.strictEqual(seen.status, 200, seen.text)
        assert.strictEqual(JSON.parse(seen.text).appId, appid)
        assert.strictEqual(seen.headers.get("access-control-allow-origin"), "http://weir.test")
        assert.strictEqual(seen.headers.get("cache-control"), "no-store")
        assert.strictEqual(yield* verdict(seen, url), "config:ok", url)
        assert.strictEqual(
          yield* verdict(seen, `${url.split("#")[0]}x`),
          "config:invalid signature"
        )
      }
      const tickets = deli.network.sent.filter(({ url }) => url.includes("getticket"))
      assert.lengthOf(tickets, 1)
    })
  )

  it.effect(
    "is for no page of another's, whoever asks in whatever words, and each refusal is counted",
    () =>
      Effect.gen(function* () {
        const deli = yield* openDeli(database)
        for (const [path, reason] of [
          [asking("http://evil.example/"), "host"],
          [asking("http://weir.test./"), "host"],
          [asking("http://weir.test:8080/"), "host"],
          [asking("http://weir.test@evil.example/"), "address"],
          [asking("http://weir.test\\@evil.example/"), "address"],
          [asking("http://ｗeir.test/"), "address"],
          ["/share/signature", "address"],
          ["/share/signature?url=http://weir.test/deli?a=1&b=2", "address"],
          [`${asking("http://weir.test/")}&url=http://evil.example/`, "address"],
          [`${asking("http://weir.test/")}&account=nobody`, "account"],
          [`${asking("http://weir.test/")}&account=mini`, "account"]
        ] as const) {
          const before = yield* counted("weir_share_signatures_refused_total", reason)
          const seen = yield* deli.browser().get(path)
          assert.strictEqual(seen.status, 403, path)
          assert.notInclude(seen.text, 'signature":')
          assert.isNull(seen.headers.get("access-control-allow-origin"))
          const after = yield* counted("weir_share_signatures_refused_total", reason)
          assert.strictEqual(after, before + 1, path)
        }
        assert.deepStrictEqual(
          deli.network.sent.filter(({ url }) => url.includes("getticket")),
          []
        )
      })
  )

  it.effect("is missed without harm where WeChat does not answer", () =>
    Effect.gen(function* () {
      const deli = yield* openDeli(database)
      deli.network.weather = () => "refused"
      const { value: seen } = yield* meanwhile(deli.browser().get(asking("http://weir.test/")))
      assert.strictEqual(seen.status, 503)
    })
  )
})

eachDatabase("a page that is shared", (database) => {
  it.effect("has its card in its head, whatever its title is, and a script of ours", () =>
    Effect.gen(function* () {
      const deli = yield* openDeli(database)
      const { headers, text } = yield* deli.browser().get("/deli/page")
      assert.include(
        text,
        '<meta property="og:title" content="&quot;Ham&quot; &amp; &lt;eggs&gt; 火腿">'
      )
      assert.match(text, /data-link="http:\/\/weir\.test\/share\/[0-9a-f]{24}"/)
      assert.include(text, '<script src="http://weir.test/share/page.js"')
      assert.match(
        headers.get("content-security-policy") ?? "",
        /script-src 'self' https:\/\/res\.wx\.qq\.com;/
      )
      const script = yield* deli.browser().get("/share/page.js")
      assert.strictEqual(script.headers.get("content-type"), "text/javascript; charset=utf-8")
      assert.include(script.text, "updateAppMessageShareData")
    })
  )
})
