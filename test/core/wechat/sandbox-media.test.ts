import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { apiIps, callbackIps } from "../../../core/wechat/ips.ts"
import { jsTicket, signPage } from "../../../core/wechat/js-ticket.ts"
import {
  downloadMaterial,
  downloadMedia,
  removeMaterial,
  uploadMaterial,
  uploadMedia,
  uploadPicture
} from "../../../core/wechat/media.ts"
import { clearQuota, quotaOf } from "../../../core/wechat/quotas.ts"
import { Recogniser, spokenIn } from "../../../core/wechat/voice.ts"
import { eachDatabase } from "../../support/database.ts"
import { failed, open } from "./sandbox.ts"

/** One black dot. */
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
  "base64"
)

/** A second of silence. */
const amr = Buffer.concat([
  Buffer.from("#!AMR\n"),
  ...Array.from({ length: 50 }, () => Buffer.from([7 << 3, ...Buffer.alloc(31)]))
])

eachDatabase("media, tickets and quotas, against the sandbox's WeChat", (database) => {
  it.effect("a file goes up and comes down byte for byte, until its three days are over", () =>
    Effect.gen(function* () {
      const world = yield* open(database)
      const service = yield* world.of("service")
      const { mediaId } = yield* world.within(uploadMedia(service, "image", png))
      const down = world.within(downloadMedia(service, mediaId))
      assert.deepStrictEqual(yield* down, { bytes: new Uint8Array(png), type: "image/png" })
      yield* world.control("POST", "/clock", { advance: "73 hours" })
      assert.deepInclude(yield* failed(down), { code: 40007, class: "C" })
    })
  )

  it.effect("a file for good stays until it is taken away; a picture has an address", () =>
    Effect.gen(function* () {
      const world = yield* open(database)
      const service = yield* world.of("service")
      const { mediaId } = yield* world.within(uploadMaterial(service, "voice", amr))
      yield* world.control("POST", "/clock", { advance: "2000 hours" })
      const down = world.within(downloadMaterial(service, mediaId))
      assert.deepInclude(yield* down, { bytes: new Uint8Array(amr) })
      yield* world.within(removeMaterial(service, mediaId))
      assert.strictEqual((yield* failed(down)).code, 40007)
      assert.match(
        yield* world.within(uploadPicture(service, png)),
        /^https?:\/\/mmbiz\.qpic\.cn\//
      )
    })
  )

  it.effect("what a person says is downloaded for whoever can hear", () =>
    Effect.gen(function* () {
      const world = yield* open(database)
      const service = yield* world.of("service")
      const { mediaId } = yield* world.within(uploadMedia(service, "voice", amr))
      const heard = yield* world.within(
        Effect.provideService(spokenIn(service, { mediaId, format: "amr" }), Recogniser, {
          recognise: ({ bytes, format }) => Effect.succeed(`${bytes.length} bytes of ${format}`)
        })
      )
      assert.strictEqual(heard, `${amr.length} bytes of amr`)
    })
  )

  it.effect("a page is signed with a ticket that WeChat gave, one for all who ask", () =>
    Effect.gen(function* () {
      const world = yield* open(database)
      const service = yield* world.of("service")
      const [one, other] = yield* world.within(
        Effect.all([jsTicket(service), jsTicket(service)], { concurrency: "unbounded" })
      )
      assert.strictEqual(one, other)
      const signature = signPage(one ?? "", { nonce: "n", timestamp: 1, url: "http://weir.test/" })
      assert.match(signature, /^[\da-f]{40}$/)
      assert.strictEqual(
        world.network.sent.filter(({ url }) => url.includes("/ticket/getticket")).length,
        1
      )
    })
  )

  it.effect("a quota that ran out is told, cleared and counted anew; addresses are told too", () =>
    Effect.gen(function* () {
      const world = yield* open(database)
      const service = yield* world.of("service")
      const path = "/cgi-bin/getcallbackip"
      yield* world.control("PUT", `/accounts/${service.appid}`, { quotas: { [path]: 1 } })
      assert.isNotEmpty(yield* world.within(callbackIps(service)))
      assert.deepInclude(yield* failed(world.within(callbackIps(service))), { code: 45009 })
      assert.deepStrictEqual(yield* world.within(quotaOf(service, path)), {
        limit: 1,
        used: 1,
        remains: 0
      })
      yield* world.within(clearQuota(service, path))
      assert.strictEqual((yield* world.within(quotaOf(service, path))).used, 0)
      assert.isNotEmpty(yield* world.within(apiIps(service)))
    })
  )
})
