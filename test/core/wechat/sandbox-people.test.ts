import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { menusOf, removeMenus, setMenu } from "../../../core/wechat/menus.ts"
import { codePictureUrl, temporaryCode } from "../../../core/wechat/qr-codes.ts"
import { createTag, tagPeople, tagsOf, tagsOfPerson } from "../../../core/wechat/tags.ts"
import { eachFollowerPage, peopleAt, personAt } from "../../../core/wechat/users.ts"
import { eachDatabase } from "../../support/database.ts"
import { failed, open } from "./sandbox.ts"

eachDatabase("people, menus and codes, against the sandbox's WeChat", (database) => {
  it.effect("people, who follows, and tags", () =>
    Effect.gen(function* () {
      const world = yield* open(database)
      const service = yield* world.of("service")
      const person = yield* world.within(personAt(service, world.openid))
      assert.isTrue(person.follows)
      const silent = yield* world.within(personAt(service, world.silentOpenid))
      assert.isFalse(silent.follows)
      const followers: Array<string> = []
      yield* world.within(
        eachFollowerPage(service, (page) => Effect.sync(() => followers.push(...page)))
      )
      assert.include(followers, world.openid)
      assert.notInclude(followers, world.silentOpenid)
      const people = yield* world.within(peopleAt(service, followers))
      assert.deepStrictEqual(
        people.map(({ openid }) => openid),
        followers
      )

      const tag = yield* world.within(createTag(service, "常客"))
      yield* world.within(tagPeople(service, tag.id, [world.openid]))
      assert.deepStrictEqual(yield* world.within(tagsOfPerson(service, world.openid)), [tag.id])
      const tags = yield* world.within(tagsOf(service))
      assert.deepInclude(tags, { ...tag, count: 1 })
      assert.strictEqual((yield* failed(world.within(createTag(service, "常客")))).code, 45157)
    })
  )

  it.effect("a menu is set, read and taken away; a code is made and has a picture", () =>
    Effect.gen(function* () {
      const world = yield* open(database)
      const service = yield* world.of("service")
      yield* world.within(setMenu(service, [{ name: "今日", type: "click", key: "TODAY" }]))
      assert.include(JSON.stringify(yield* world.within(menusOf(service))), "TODAY")
      yield* world.within(removeMenus(service))
      assert.strictEqual((yield* failed(world.within(menusOf(service)))).code, 46003)

      const code = yield* world.within(temporaryCode(service, "login-1", 600))
      const picture = yield* world.within(codePictureUrl(code))
      const url = new URL(picture)
      const { status } = yield* world.sandbox(new Request(url))
      assert.strictEqual(status, 200)
    })
  )
})
