import { assert, describe, it } from "@effect/vitest"
import { read } from "../../../support/push-reading.ts"
import { event, text } from "../../../support/wechat-push.ts"

describe("the key of a push", () => {
  const keyOf = (message: Parameters<typeof read>[0]) => read(message)?.key

  it("is the same for a repeat", () => {
    assert.strictEqual(keyOf(text("a")), keyOf(text("a")))
    assert.strictEqual(keyOf(event("unsubscribe")), keyOf(event("unsubscribe")))
  })

  it.each([
    ["another person's message of the same number", text("a"), text("a", { FromUserName: "oX" })],
    ["a later message of the same number", text("a"), text("a", { CreateTime: "1795500001" })],
    ["two events of one second", event("subscribe"), event("SCAN")],
    [
      "two taps of one second",
      event("CLICK", { EventKey: "1" }),
      event("CLICK", { EventKey: "2" })
    ],
    [
      "two places of one second",
      event("LOCATION", { Latitude: "23.1", Longitude: "113" }),
      event("LOCATION", { Latitude: "23.2", Longitude: "113" })
    ],
    [
      "two results of one second",
      event("TEMPLATESENDJOBFINISH", { MsgID: "1", Status: "success" }),
      event("TEMPLATESENDJOBFINISH", { MsgID: "2", Status: "success" })
    ],
    ["a fall out and a return in one second", event("unsubscribe"), event("subscribe")]
  ] as const)("tells %s apart", (_, one, other) => {
    assert.notStrictEqual(keyOf(one), keyOf(other))
  })
})
