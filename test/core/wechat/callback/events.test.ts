import { assert, describe, it } from "@effect/vitest"
import type { Message } from "../../../../core/wechat/callback/message.ts"
import { person, read } from "../../../support/push-reading.ts"
import { agreed, event, openid } from "../../../support/wechat-push.ts"

const account = { account: agreed.name, at: 1_795_500_000_000 }

const cases: ReadonlyArray<readonly [string, Parameters<typeof read>[0], Message]> = [
  ["a plain follow", event("subscribe"), { ...person, type: "followed" }],
  [
    "a plain follow with an empty key",
    event("subscribe", { EventKey: "" }),
    { ...person, type: "followed" }
  ],
  [
    "a follow by a QR code",
    event("subscribe", { EventKey: "qrscene_table-7", Ticket: "T1" }),
    { ...person, type: "followed", scene: "table-7", ticket: "T1" }
  ],
  ["an end of it", event("unsubscribe", { EventKey: "" }), { ...person, type: "unfollowed" }],
  [
    "a scan by a follower",
    event("SCAN", { EventKey: "table-7", Ticket: "T1" }),
    { ...person, type: "scanned", scene: "table-7", ticket: "T1" }
  ],
  [
    "where somebody is",
    event("LOCATION", { Latitude: "23.137466", Longitude: "113.352425", Precision: "119.385040" }),
    {
      ...person,
      type: "location-reported",
      latitude: 23.137466,
      longitude: 113.352425,
      precision: 119.38504
    }
  ],
  [
    "a tap, whatever the case of its name",
    event("Click", { EventKey: "OPENING_HOURS" }),
    { ...person, type: "menu-tapped", key: "OPENING_HOURS" }
  ],
  [
    "a page opened from the menu",
    event("VIEW", { EventKey: "http://a.test", MenuId: "429977" }),
    {
      ...person,
      type: "menu-link-opened",
      url: "http://a.test",
      menuId: "429977",
      miniProgram: false
    }
  ],
  [
    "a mini program opened from the menu",
    event("view_miniprogram", { EventKey: "pages/index", MenuId: "" }),
    { ...person, type: "menu-link-opened", url: "pages/index", miniProgram: true }
  ],
  [
    "a code scanned from the menu",
    event("scancode_waitmsg", {
      EventKey: "6",
      ScanCodeInfo: { ScanType: "qrcode", ScanResult: "2" }
    }),
    { ...person, type: "code-scanned", key: "6", kind: "qrcode", result: "2", waits: true }
  ],
  [
    "pictures chosen from the menu",
    event("pic_weixin", {
      EventKey: "6",
      SendPicsInfo: {
        Count: "2",
        PicList: { item: [{ PicMd5Sum: "5a75" }, { PicMd5Sum: "6b86" }] }
      }
    }),
    { ...person, type: "pictures-chosen", key: "6", count: 2, md5: ["5a75", "6b86"] }
  ],
  [
    "a place chosen from the menu",
    event("location_select", {
      EventKey: "6",
      SendLocationInfo: {
        Location_X: "23",
        Location_Y: "113",
        Scale: "15",
        Label: "广州",
        Poiname: ""
      }
    }),
    {
      ...person,
      type: "place-chosen",
      key: "6",
      latitude: 23,
      longitude: 113,
      scale: 15,
      label: "广州"
    }
  ],
  [
    "a template message delivered, by a number of 19 digits",
    event("TEMPLATESENDJOBFINISH", { MsgID: "2116434384290414596", Status: "success" }),
    {
      ...person,
      type: "template-message-done",
      messageId: "2116434384290414596",
      result: "delivered",
      status: "success"
    }
  ],
  [
    "a template message that its reader blocks",
    event("TEMPLATESENDJOBFINISH", { MsgID: "1", Status: "failed:user block" }),
    {
      ...person,
      type: "template-message-done",
      messageId: "1",
      result: "refused by user",
      status: "failed:user block"
    }
  ],
  [
    "a template message that failed, with the space that WeChat writes",
    event("TEMPLATESENDJOBFINISH", { MsgID: "1", Status: "failed: system failed" }),
    {
      ...person,
      type: "template-message-done",
      messageId: "1",
      result: "failed",
      status: "failed: system failed"
    }
  ],
  [
    "a mass message",
    event("MASSSENDJOBFINISH", {
      MsgID: "1000001625",
      Status: "send success",
      TotalCount: "100",
      FilterCount: "80",
      SentCount: "75",
      ErrorCount: "5"
    }),
    {
      ...account,
      type: "mass-message-done",
      messageId: "1000001625",
      status: "send success",
      total: 100,
      filtered: 80,
      sent: 75,
      failed: 5
    }
  ],
  [
    "one subscription answered",
    event("subscribe_msg_popup_event", {
      SubscribeMsgPopupEvent: {
        List: { TemplateId: "T1", SubscribeStatusString: "accept", PopupScene: "2" }
      }
    }),
    {
      ...person,
      type: "subscriptions-answered",
      where: "pop-up",
      answers: [{ templateId: "T1", accepted: true }]
    }
  ],
  [
    "several subscriptions answered",
    event("subscribe_msg_popup_event", {
      SubscribeMsgPopupEvent: {
        List: [
          { TemplateId: "T1", SubscribeStatusString: "accept", PopupScene: "2" },
          { TemplateId: "T2", SubscribeStatusString: "reject", PopupScene: "2" }
        ]
      }
    }),
    {
      ...person,
      type: "subscriptions-answered",
      where: "pop-up",
      answers: [
        { templateId: "T1", accepted: true },
        { templateId: "T2", accepted: false }
      ]
    }
  ],
  ...["SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent"].map(
    (wrapper) =>
      [
        `a subscription refused in the settings, within ${wrapper}`,
        event("subscribe_msg_change_event", {
          [wrapper]: { List: { TemplateId: "T1", SubscribeStatusString: "reject" } }
        }),
        {
          ...person,
          type: "subscriptions-answered",
          where: "settings",
          answers: [{ templateId: "T1", accepted: false }]
        }
      ] as const
  ),
  [
    "a notification delivered",
    event("subscribe_msg_sent_event", {
      SubscribeMsgSentEvent: {
        List: {
          TemplateId: "T1",
          MsgID: "1700827132819554304",
          ErrorCode: "0",
          ErrorStatus: "success"
        }
      }
    }),
    {
      ...person,
      type: "notification-done",
      messages: [
        {
          templateId: "T1",
          messageId: "1700827132819554304",
          delivered: true,
          code: "0",
          status: "success"
        }
      ]
    }
  ],
  [
    "a revocation, by whom it is and not by who tells",
    event("user_authorization_revoke", {
      FromUserName: "oWECHAT",
      OpenID: openid,
      AppID: agreed.appid,
      RevokeInfo: "1,3"
    }),
    { ...person, type: "authorization-revoked", revoked: "1,3" }
  ],
  [
    "a change of what WeChat knows",
    event("user_info_modified", { OpenID: openid, RevokeInfo: "" }),
    { ...person, type: "user-info-changed" }
  ],
  [
    "a certification that ends soon",
    event("annual_renew", { ExpiredTime: "1797955200" }),
    {
      ...account,
      type: "certification-changed",
      what: "renewal due",
      expires: 1_797_955_200_000
    }
  ],
  [
    "a certification that was refused",
    event("qualification_verify_fail", { FailTime: "1795500000", FailReason: "资料不全" }),
    {
      ...account,
      type: "certification-changed",
      what: "qualification refused",
      reason: "资料不全"
    }
  ],
  [
    "a conversation handed on",
    event("kf_switch_session", { FromKfAccount: "a@shop", ToKfAccount: "b@shop" }),
    {
      ...person,
      type: "service-session-changed",
      what: "handed on",
      staff: "b@shop",
      before: "a@shop"
    }
  ]
]

describe("an event is read:", () => {
  it.each(cases)("%s", (_, message, expected) => {
    assert.deepStrictEqual<unknown>(read(message)?.message, expected)
  })
})
