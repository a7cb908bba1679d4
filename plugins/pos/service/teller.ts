import { Context } from "effect"
import type { Connection } from "#core"

/** The old system that is told in house XML what becomes of its sales, and makes their invoices. */
export class Teller extends Context.Service<Teller, Connection>()("pos/Teller") {}
