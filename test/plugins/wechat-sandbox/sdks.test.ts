import { Agent } from "node:https"
import { createRequire } from "node:module"
import { connect } from "node:net"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { startSandbox } from "../../../core/gateway/sandboxes.ts"
import { listen } from "../../../core/http/listen.ts"
import { Transport } from "../../../core/transport.ts"
import { CredentialsReply } from "../../../plugins/wechat-sandbox/credentials.ts"
import { wechatSandbox } from "../../../plugins/wechat-sandbox/index.ts"
import { WechatSandbox } from "../../../plugins/wechat-sandbox/sandbox.ts"
import { keys, temporaryFolder } from "../../support/wechat-sandbox.ts"

// Other people's programs, as they were published: nothing of them is changed, they are told another address.
const require = createRequire(import.meta.url)
const CoWechatApi = require("co-wechat-api")
const CoWechatOauth = require("co-wechat-oauth")
const { MiniApp, OfficialAccount, ServerRequest } = require("node-easywechat")

/** A sandbox that listens, as a developer runs it. */
const open = Effect.gen(function* () {
  const folder = yield* temporaryFolder
  const databaseUrl = `sqlite:${join(folder, "sandbox.db")}`
  const declared = wechatSandbox({ port: 0, databaseUrl })
  const plugin = { ...declared, layer: () => WechatSandbox.layer({ keys }) }
  const { app } = yield* startSandbox({ plugin, options: declared.settings })
  const { port } = yield* listen(app, { door: "wechat", host: "127.0.0.1", port: 0 })
  const url = `http://127.0.0.1:${port}`

  const control = (method: string, path: string, body?: object) =>
    Effect.promise(async () => {
      const headers = { "content-type": "application/json" }
      const init = body === undefined ? { method } : { method, headers, body: JSON.stringify(body) }
      // biome-ignore lint/suspicious/noExplicitAny: what a sandbox answers is looked into freely by tests
      return (await (await fetch(`${url}${path}`, init)).json()) as any
    })
  const reply = yield* control("GET", "/credentials")
  return {
    url,
    port,
    folder,
    control,
    credentials: Schema.decodeUnknownSync(CredentialsReply)(reply)
  }
}).pipe(Effect.provide(Transport.layer))

const run = <A>(work: () => Promise<A>) => Effect.promise(work)

const data = {
  character_string1: { value: "NO20240001" },
  amount2: { value: "¥12.50" },
  time3: { value: "2024-05-06 10:20" },
  thing4: { value: "拿铁 x2" }
}

describe("co-wechat-api, unmodified", () => {
  const connected = Effect.gen(function* () {
    const sandbox = yield* open
    const { appid, secret } = sandbox.credentials
    const api = new CoWechatApi(appid, secret)
    // Its own fields for where WeChat is.
    api.prefix = `${sandbox.url}/cgi-bin/`
    api.mpPrefix = `${sandbox.url}/cgi-bin/`
    return { ...sandbox, api }
  })

  it.live("finds users, tags, QRs, menus and tickets", () =>
    Effect.gen(function* () {
      const { api, credentials } = yield* connected
      const { openid } = credentials
      yield* run(async () => {
        assert.strictEqual((await api.getUser(openid)).openid, openid)
        assert.strictEqual((await api.getFollowers()).total, 2)
        const { tag } = await api.createTags("常客")
        await api.batchTagging([openid], tag.id)
        assert.deepStrictEqual((await api.getUsersFromTag(tag.id, "")).data.openid, [openid])
        const { ticket } = await api.createTmpQRCode(7, 600)
        const picture = await fetch(api.showQRCodeURL(ticket))
        assert.strictEqual(picture.status, 200)
        const button = [{ type: "click", name: "今日", key: "TODAY" }]
        await api.createMenu({ button })
        assert.strictEqual((await api.getMenu()).menu.button[0].key, "TODAY")
        const { signature } = await api.getJsConfig({
          url: "http://localhost:3000/",
          jsApiList: []
        })
        assert.match(signature, /^[0-9a-f]{40}$/)
        assert.deepStrictEqual((await api.getIp()).ip_list, ["127.0.0.1"])
      })
    })
  )

  it.live("sends messages, reads their numbers whole, and hears why others are refused", () =>
    Effect.gen(function* () {
      const { api, control, credentials } = yield* connected
      const { openid, silentOpenid, templateId } = credentials
      yield* control("POST", `/control/users/${openid}/messages`, { content: "在吗" })
      yield* run(async () => {
        const { msgid } = await api.sendTemplate(openid, templateId, "", "", data)
        assert.match(msgid.toFixed(), /^\d{19}$/)
        assert.strictEqual((await api.sendText(openid, "您好")).errcode, 0)
        const refused = await api.sendTemplate(silentOpenid, templateId, "", "", data).then(
          () => undefined,
          (error: { code: number }) => error.code
        )
        assert.strictEqual(refused, 43004)
        const sent = await api.massSendText("新品到店", [openid, silentOpenid], "camp-9")
        const { msg_status } = await api.getMassMessageStatus(sent.msg_id.toFixed())
        assert.include(["SENDING", "SEND_SUCCESS"], msg_status)
      })
      const { notices } = yield* control("GET", "/control/notices")
      assert.strictEqual(notices.length, 1)
    })
  )

  it.live("uploads and downloads media, and renews a token that has died", () =>
    Effect.gen(function* () {
      const { api, control } = yield* connected
      yield* run(async () => {
        const bytes = Buffer.from("not really a picture")
        const { media_id } = await api.uploadMedia(bytes, "image", "a.jpg", "image/jpeg")
        assert.strictEqual(String(await api.getMedia(media_id)), String(bytes))
        const film = await api.uploadMedia(Buffer.alloc(3 << 20), "video", "a.mp4", "video/mp4")
        const { video_url } = await api.getMedia(film.media_id)
        const shown = await fetch(video_url)
        assert.strictEqual((await shown.arrayBuffer()).byteLength, 3 << 20)
      })
      yield* control("PUT", "/control/faults", { fault: "revoke" })
      yield* run(async () => assert.strictEqual((await api.getFollowers()).total, 2))
    })
  )
})

describe("whoever asks over the wire", () => {
  it.live("is known by their address", () =>
    Effect.gen(function* () {
      const { control, credentials, url } = yield* open
      const { appid, secret } = credentials
      yield* control("PUT", `/control/accounts/${appid}`, { ipWhitelist: ["203.0.113.9"] })
      const api = new CoWechatApi(appid, secret)
      api.prefix = `${url}/cgi-bin/`
      yield* run(async () => {
        const { code, message } = await api.getFollowers().catch((error: unknown) => error)
        assert.strictEqual(code, 40164)
        assert.match(message, /^invalid ip 127\.0\.0\.1 ipv6 ::ffff:127\.0\.0\.1, not in whitelist/)
      })
    })
  )
})

describe("co-wechat-oauth, unmodified", () => {
  it.live("logs somebody in, and reads JSON that says it is text", () =>
    Effect.gen(function* () {
      const { control, credentials, port } = yield* open
      const { appid, openid, secret } = credentials
      const client = new CoWechatOauth(appid, secret)
      // It has WeChat's host in its code: an agent says where that host is, as a line in /etc/hosts would.
      const agent = new Agent()
      Object.assign(agent, { createConnection: () => connect(port, "127.0.0.1") })
      client.setOpts({ agent })
      const url = client.getAuthorizeURL(
        "http://localhost:3000/login/wechat",
        "S7",
        "snsapi_userinfo"
      )
      const { code } = yield* control("POST", `/control/users/${openid}/authorize`, { url })
      yield* run(async () => {
        const { data } = await client.getAccessToken(code)
        assert.strictEqual(data.openid, openid)
        assert.strictEqual((await client.getUser(openid)).nickname, "林小雨")
        const again = await client.getAccessToken(code).then(
          () => undefined,
          (error: { code: number }) => error.code
        )
        assert.strictEqual(again, 40163)
      })
    })
  )
})

describe("node-easywechat, unmodified", () => {
  it.live("uses the stable token, and logs in to a mini program", () =>
    Effect.gen(function* () {
      const { control, credentials, folder, url } = yield* open
      const { appid, miniAppid, miniSecret, openid, secret } = credentials
      const own = { http: { baseURL: url }, file_cache: { path: folder } }
      const app = new OfficialAccount({
        app_id: appid,
        secret,
        ...own,
        use_stable_access_token: true
      })
      yield* run(async () => {
        // It keeps its token in a file, where it is told to.
        const reply = await app.getClient().get("/cgi-bin/user/info", { params: { openid } })
        assert.strictEqual(reply.toObject().subscribe, 1)
      })
      const mini = new MiniApp({ app_id: miniAppid, secret: miniSecret, ...own })
      const who = `/control/users/${openid}/authorize`
      const { code, encryptedData, iv } = yield* control("POST", who, { appid: miniAppid })
      yield* run(async () => {
        const session = await mini.getUtils().codeToSession(code)
        const inside = mini.getUtils().decryptSession(session.session_key, iv, encryptedData)
        assert.strictEqual(inside.openId, session.openid)
      })
    })
  )

  it.live("opens what is pushed in the secure mode, and its sealed reply is read in the chat", () =>
    Effect.gen(function* () {
      const { control, credentials, url } = yield* open
      const { appid, callbackToken: token, encodingAesKey: aes_key, openid, secret } = credentials
      const app = new OfficialAccount({
        app_id: appid,
        secret,
        token,
        aes_key,
        http: { baseURL: url }
      })
      const { port } = yield* listen(
        {
          fetch: async (request: Request) => {
            const body = Buffer.from(await request.arrayBuffer())
            const { pathname, search } = new URL(request.url)
            const headers = Object.fromEntries(request.headers)
            app.setRequest(new ServerRequest(request.method, pathname + search, headers, body))
            const server = app.getServer()
            server.addMessageListener(
              "text",
              ({ Content }: { Content: string }) => `收到：${Content}`
            )
            const response = await server.serve()
            return new Response(response.getBody().toString())
          }
        },
        { door: "easywechat", host: "127.0.0.1", port: 0 }
      )
      yield* control("PUT", `/control/accounts/${appid}`, {
        callback: {
          ...{ url: `http://127.0.0.1:${port}/wx`, token, aesKey: aes_key, mode: "secure" }
        }
      })
      const push = { url: `http://127.0.0.1:${port}/wx`, openid, text: "订单 7 👍" }
      const { deliveries, state } = yield* control("POST", "/control/push", push)
      assert.deepStrictEqual([state, deliveries[0].said], ["delivered", "reply"])
      const { messages } = yield* control("GET", `/control/users/${openid}/messages`)
      assert.strictEqual(messages.at(-1).body.Content, "收到：订单 7 👍")
    })
  )
})
