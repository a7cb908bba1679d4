import { Context } from "effect"
import type { ReturnAddress } from "./return-address.ts"

/** What of a deployment's settings a login depends on. */
export class LoginSettings extends Context.Service<
  LoginSettings,
  {
    /** What WeChat and phones are told. */
    readonly publicUrl: URL
    readonly returnAddresses: ReadonlyArray<ReturnAddress>
  }
>()("weir/LoginSettings") {}
