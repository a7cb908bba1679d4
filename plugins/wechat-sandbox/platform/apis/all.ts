import type { Api } from "../api.ts"
import { customerServiceApis } from "./customer-service.ts"
import { massApis } from "./mass.ts"
import { mediaApis } from "./media.ts"
import { menuApis } from "./menus.ts"
import { qrApis } from "./qr-codes.ts"
import { quotaApis } from "./quotas.ts"
import { shippingApis } from "./shipping.ts"
import { snsApis } from "./sns.ts"
import { subscriptionApis } from "./subscriptions.ts"
import { tagApis } from "./tags.ts"
import { templateApis } from "./templates.ts"
import { ticketApis } from "./tickets.ts"
import { tokenApis } from "./tokens.ts"
import { userApis } from "./users.ts"
import { voiceApis } from "./voice.ts"

/** Every API of the platform that this WeChat has. */
export const platformApis: ReadonlyArray<Api> = [
  ...tokenApis,
  ...snsApis,
  ...userApis,
  ...qrApis,
  ...menuApis,
  ...customerServiceApis,
  ...massApis,
  ...subscriptionApis,
  ...tagApis,
  ...templateApis,
  ...mediaApis,
  ...quotaApis,
  ...ticketApis,
  ...voiceApis,
  ...shippingApis
]
