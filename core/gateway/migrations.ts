import { customerMigrations } from "../customers/migrations.ts"
import { databaseMigrations } from "../database/settings.ts"
import { journalMigrations } from "../journal/migrations.ts"
import { connectionMigrations } from "../legacy/connection/migrations.ts"
import { loginMigrations } from "../login/migrations.ts"
import { noticeMigrations } from "../notices/migrations.ts"
import { bookMigrations } from "../payments/books/migrations.ts"
import { complaintMigrations } from "../payments/complaints/migrations.ts"
import { lateMigrations } from "../payments/late-migrations.ts"
import { paymentMigrations } from "../payments/migrations.ts"
import { refundMigrations } from "../payments/refunds/migrations.ts"
import { shippingMigrations } from "../payments/shipping/migrations.ts"
import { sharingMigrations } from "../sharing/migrations.ts"
import { taskMigrations } from "../tasks/migrations.ts"
import { todoMigrations } from "../tasks/todos.ts"
import { callbackMigrations } from "../wechat/callback/migrations.ts"
import { wechatMigrations } from "../wechat/migrations.ts"
import { payKeyMigrations } from "../wechat/pay/key-store.ts"

/** The core's migrations, in the order they are applied. */
export const coreMigrations = [
  ...databaseMigrations,
  ...journalMigrations,
  ...taskMigrations,
  ...todoMigrations,
  ...connectionMigrations,
  ...wechatMigrations,
  ...callbackMigrations,
  ...customerMigrations,
  ...loginMigrations,
  ...sharingMigrations,
  ...paymentMigrations,
  ...payKeyMigrations,
  ...refundMigrations,
  ...lateMigrations,
  ...shippingMigrations,
  ...complaintMigrations,
  ...bookMigrations,
  ...noticeMigrations
]
