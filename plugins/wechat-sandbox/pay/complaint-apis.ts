import { Effect } from "effect"
import { type Api, get, ok, param, post } from "./api.ts"
import {
  AnswerRequest,
  CompleteRequest,
  NotifyUrlRequest,
  RefundProgressRequest
} from "./complaint-fields.ts"

const complaints = "/v3/merchant-service/complaints-v2"
const notifications = "/v3/merchant-service/complaint-notifications"
const done = { status: 204 } as const

/** Consumer complaints 2.0. */
export const complaintApis: ReadonlyArray<Api> = [
  get(complaints, "nowhere", {
    answer: ({ complaints }, { merchant, query }) =>
      Effect.map(complaints.list(merchant, query), ok)
  }),
  get(`${complaints}/:id`, "nowhere", {
    answer: ({ complaints }, call) =>
      Effect.map(complaints.get(call.merchant, param(call, "id")), ok)
  }),
  get(`${complaints}/:id/negotiation-historys`, "nowhere", {
    answer: ({ complaints }, call) =>
      Effect.map(complaints.history(call.merchant.mchid, param(call, "id")), ok)
  }),
  post(`${complaints}/:id/response`, "nowhere", AnswerRequest, {
    answer: ({ complaints }, call) => {
      const { response_content } = call.body
      const said = complaints.answer(call.merchant.mchid, param(call, "id"), response_content)
      return Effect.as(said, done)
    }
  }),
  post(`${complaints}/:id/complete`, "nowhere", CompleteRequest, {
    answer: ({ complaints }, call) =>
      Effect.as(complaints.complete(call.merchant.mchid, param(call, "id")), done)
  }),
  post(`${complaints}/:id/update-refund-progress`, "nowhere", RefundProgressRequest, {
    answer: ({ complaints }, call) =>
      Effect.as(complaints.judge(call.merchant.mchid, param(call, "id"), call.body), done)
  }),
  get(notifications, "nowhere", {
    answer: ({ complaints }, { merchant }) => Effect.map(complaints.url(merchant.mchid), ok)
  }),
  post(notifications, "nowhere", NotifyUrlRequest, {
    answer: ({ complaints }, { body, merchant }) =>
      Effect.map(complaints.setUrl(merchant.mchid, body.url), ok)
  }),
  {
    ...post(notifications, "nowhere", NotifyUrlRequest, {
      answer: ({ complaints }, { body, merchant }) =>
        Effect.map(complaints.setUrl(merchant.mchid, body.url), ok)
    }),
    method: "PUT"
  }
]
