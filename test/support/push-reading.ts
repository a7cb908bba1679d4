import { readFields } from "../../core/wechat/callback/fields.ts"
import { readMessage } from "../../core/wechat/callback/message.ts"
import { agreed, openid, xml } from "./wechat-push.ts"

/** A message of WeChat's, read as the callback reads it. */
export const read = (message: Parameters<typeof xml>[0]) => readText(xml(message))
export const readText = (document: string) => {
  const { fields = {} } = readFields(Buffer.from(document)) ?? {}
  return readMessage({ name: agreed.name }, fields)
}

/** What all messages of a person say, read. */
export const person = { account: agreed.name, openid, at: 1_795_500_000_000 }
