import { accountControl } from "./accounts.ts"
import { chatControl } from "./chats.ts"
import { noticeControl } from "./notices.ts"
import { eventControl, pushControl } from "./pushes.ts"
import { userControl } from "./users.ts"

/** What a developer does to the platform, from outside of it. */
export const platformControl = [
  ...accountControl,
  ...userControl,
  ...chatControl,
  ...noticeControl,
  ...pushControl,
  ...eventControl
]
