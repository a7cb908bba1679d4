import type { Account, AccountKind } from "./model.ts"

/** What an account may do, by kind and certification: the matrix of WeChat's portals. Otherwise 48001. */
const accounts: ReadonlySet<AccountKind> = new Set(["service", "subscription"])
const service: ReadonlySet<AccountKind> = new Set(["service"])
const chatting: ReadonlySet<AccountKind> = new Set(["service", "subscription", "mini-program"])
const miniProgram: ReadonlySet<AccountKind> = new Set(["mini-program"])

const matrix = {
  ticket: { kinds: accounts, certified: false },
  menu: { kinds: accounts, certified: true },
  custom: { kinds: chatting, certified: true },
  mass: { kinds: accounts, certified: true },
  "mass-to-some": { kinds: service, certified: true },
  tags: { kinds: accounts, certified: true },
  users: { kinds: accounts, certified: true },
  media: { kinds: chatting, certified: true },
  template: { kinds: service, certified: true },
  subscription: { kinds: service, certified: true },
  oauth: { kinds: service, certified: true },
  qrcode: { kinds: service, certified: true },
  location: { kinds: service, certified: true },
  session: { kinds: miniProgram, certified: false },
  shipping: { kinds: miniProgram, certified: false }
} as const

export type Ability = keyof typeof matrix

export const may = ({ certified, kind }: Account, ability: Ability): boolean =>
  matrix[ability].kinds.has(kind) && (certified || !matrix[ability].certified)
